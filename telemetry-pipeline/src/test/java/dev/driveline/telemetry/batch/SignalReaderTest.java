package dev.driveline.telemetry.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.ValueState;
import dev.driveline.contract.vehicle.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SignalReaderTest {

    private static final long T0 = 1_700_000_000_000_000L;

    private static TestSignals some() {
        return TestSignals.of(7, 3, T0)
                .sample(T0 + 10, "a.B.C", 1.5)
                .sample(T0 + 10, "a.B.D", -4L)
                .sample(T0 + 20, "a.B.E", true)
                .sample(T0 + 30, "a.B.F", "on")
                .sample(T0 + 40, "a.B.C", ValueState.VALUE_STATE_ERROR);
    }

    private static SignalSamples usable(byte[] bytes) {
        return assertInstanceOf(SignalReading.Usable.class, SignalReader.read(bytes)).samples();
    }

    private static void assertRefused(Rejection reason, String words, byte[] bytes) {
        var refused = assertInstanceOf(SignalReading.Refused.class, SignalReader.read(bytes));
        assertEquals(reason, refused.reason(), refused.detail());
        assertTrue(refused.detail().contains(words), refused.detail());
    }

    @Test
    void plainAndPackedSayTheSame() {
        for (byte[] bytes : List.of(some().bytes(), some().packedBytes())) {
            SignalSamples samples = usable(bytes);
            assertEquals(5, samples.count());
            assertEquals(40, samples.spanUs());
            assertEquals(0, samples.entryOf(4));
            assertEquals(ValueState.VALUE_STATE_ERROR, samples.state(4));
            assertEquals(List.of("on"), samples.values().getStringsList());
            assertEquals(3, samples.head().seq());
        }
    }

    @Test
    void withoutStatesAllAreValid() {
        SignalBatch.Builder batch = TestSignals.of(7, 3, T0).sample(T0, "a.B.C", 2L).builder();
        batch.getColumnsBuilder().clearState();
        assertEquals(ValueState.VALUE_STATE_VALID, usable(batch.build().toByteArray()).state(0));
    }

    @Test
    void theJsonFormIsTheSameBatch() {
        String json =
                """
                {"schema":1,"bootId":"AAAAAAAAAAc=","seq":"3","t0_us":1700000000000000,
                 "origin":"ORIGIN_STORED","clock":3,"later":{"unknown":true},"catalogue":null,
                 "lost":[{"bootId":"AAAAAAAAAAc","from":1,"to":"2"}],
                 "dictionary":[{"id":0,"name":"a.B.C","type":"VALUE_TYPE_DOUBLE"},
                               {"name":"a.B.D"},{"name":"a.B.F","type":3}],
                 "columns":{"dtUs":[10,0,20,4294967],"idx":[0,1,2,0],"doubles":[1.5,"NaN"],
                            "ints":["-4"],"strings":["on"],
                            "state":["VALUE_STATE_VALID",0,0,0]},
                 "sampleCount":4}
                """
                        .strip();
        SignalSamples samples = usable(json.getBytes(StandardCharsets.UTF_8));
        assertEquals(new BootId(7), samples.head().boot());
        assertEquals(3, samples.head().seq());
        assertEquals(T0, samples.head().t0Us());
        assertEquals(2, samples.head().lost().getFirst().getTo());
        assertEquals(List.of(-4L), samples.values().getIntsList());
        assertEquals(List.of(1.5, Double.NaN), samples.values().getDoublesList());
        assertEquals(4_294_967, samples.dtUs(3));
        assertEquals("a.B.D", samples.dictionary().get(1).getName());
    }

    @Test
    void jsonThatDoesNotFitIsMalformed() {
        for (String wrong :
                List.of(
                        "{",
                        "{\"schema\":\"one\"}",
                        "{\"schema\":1.5}",
                        "{\"schema\":4294967296}",
                        "{\"seq\":1e999999999}",
                        "{\"seq\":-1}",
                        "{\"bootId\":\"?\"}",
                        "{\"dictionary\":{}}",
                        "{\"dictionary\":[1]}",
                        "{\"origin\":\"NEW\"}",
                        "{\"columns\":{\"bools\":[1]}}",
                        "{\"columns\":{\"doubles\":[\"x\"]}}",
                        "{\"seq\":1,\"seq\":2}")) {
            assertRefused(
                    Rejection.MALFORMED, "no SignalBatch", wrong.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatDoesNotHoldTogetherIsRefused() {
        assertRefused(Rejection.MALFORMED, "no SignalBatch", new byte[] {1, 2, 3});
        assertRefused(
                Rejection.SCHEMA_UNKNOWN,
                "schema is 2",
                some().builder().setSchema(2).build().toByteArray());
        assertRefused(
                Rejection.HEAD_INVALID,
                "seq is 0",
                some().builder().setSeq(0).build().toByteArray());
        assertRefused(
                Rejection.COUNT_MISMATCH,
                "sample_count is 6",
                some().builder().setSampleCount(6).build().toByteArray());
        SignalBatch.Builder states = some().builder();
        states.getColumnsBuilder().clearState().addState(ValueState.VALUE_STATE_VALID);
        assertRefused(Rejection.COUNT_MISMATCH, "state 1 values", states.build().toByteArray());
        SignalBatch.Builder values = some().builder();
        values.getColumnsBuilder().addBools(true);
        assertRefused(
                Rejection.COUNT_MISMATCH,
                "1 valid samples have type VALUE_TYPE_BOOL, and there are 2",
                values.build().toByteArray());
        SignalBatch.Builder index = some().builder();
        index.getColumnsBuilder().setIdx(2, 4);
        assertRefused(Rejection.COUNT_MISMATCH, "idx of sample 2", index.build().toByteArray());
        SignalBatch.Builder span = some().builder();
        span.getColumnsBuilder().setDtUs(1, 600_000_001);
        assertRefused(Rejection.HEAD_INVALID, "dt_us sum up", span.build().toByteArray());
        assertRefused(
                Rejection.CODEC_INVALID,
                "no packed_columns",
                some().builder()
                        .setPackedColumns(ByteString.copyFromUtf8("x"))
                        .build()
                        .toByteArray());
    }
}
