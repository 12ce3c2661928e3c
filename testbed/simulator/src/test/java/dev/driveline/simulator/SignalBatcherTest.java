package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.FrameFlags;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.telemetry.v1.SignalEntry;
import dev.driveline.contract.telemetry.v1.ValueState;
import dev.driveline.runtime.batch.Compression;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SignalBatcherTest {

    private static final long T0 = 1_700_000_000_000_000L;
    private static final int CCVS = 0x18FEF100;
    private static final String CAR =
            """
            VERSION ""
            BU_: E
            BO_ 256 MOTION: 4 E
             SG_ SPEED : 0|16@1+ (0.01,0) [0|300] "km/h" E
             SG_ STEPS : 16|16@1- (1,0) [0|0] "" E
            """;
    private static final String TRUCK =
            """
            VERSION ""
            BU_: E
            BO_ 2566844672 CCVS: 2 E
             SG_ WHEEL : 0|16@1+ (0.00390625,0) [0|0] "km/h" E
            """;

    private final SignalBatcher batcher =
            new SignalBatcher(
                    new byte[] {1, 2, 3, 4, 5, 6, 7, 8},
                    VehicleCatalogue.of(
                            List.of(
                                    new Provisioning.Bus("can0", "EXACT", "car.dbc", bytes(CAR)),
                                    new Provisioning.Bus(
                                            "can1", "J1939", "truck.dbc", bytes(TRUCK)))));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void motion(long us, int speed, int steps) {
        byte[] payload = {(byte) speed, (byte) (speed >> 8), (byte) steps, (byte) (steps >> 8)};
        batcher.add(T0 + us, "can0", 256, 0, payload, payload.length);
    }

    private void wheel(long us, int raw) {
        byte[] payload = {(byte) raw, (byte) (raw >> 8)};
        batcher.add(T0 + us, "can1", CCVS, FrameFlags.EXTENDED, payload, payload.length);
    }

    private SignalBatch finished() throws Exception {
        return SignalBatch.parseFrom(batcher.finish(Origin.ORIGIN_LIVE, List.of()).bytes());
    }

    private static SignalColumns columnsOf(SignalBatch batch) throws Exception {
        return SignalColumns.parseFrom(
                Compression.unpack(
                        batch.getPackedColumns().toByteArray(), Compression.MAX_COLUMNS_BYTES));
    }

    @Test
    void wholeNumbersAreExactAndOthersPhysical() throws Exception {
        assertEquals(UpTopic.SIGNALS, batcher.topic());
        batcher.add(T0 - 5, "can0", 999, 0, new byte[8], 8);
        batcher.add(T0 - 5, "can7", 256, 0, new byte[8], 8);
        assertTrue(batcher.isEmpty(), "nothing of what no catalogue describes");
        motion(0, 5_890, -3);
        motion(250, 6_000, 4);
        motion(100, 6_100, 5);
        assertEquals(250, batcher.spanUs());
        SignalBatch batch = finished();
        assertEquals(1, batch.getSeq());
        assertEquals(T0, batch.getT0Us());
        assertEquals(6, batch.getSampleCount());
        assertEquals(
                List.of("can0.MOTION.SPEED VALUE_TYPE_DOUBLE", "can0.MOTION.STEPS VALUE_TYPE_INT"),
                batch.getDictionaryList().stream()
                        .map((SignalEntry entry) -> entry.getName() + " " + entry.getType())
                        .toList());
        SignalColumns columns = columnsOf(batch);
        assertEquals(List.of(0, 0, 250, 0, 0, 0), columns.getDtUsList());
        assertEquals(List.of(0, 1, 0, 1, 0, 1), columns.getIdxList());
        assertEquals(List.of(58.9, 60.0, 61.0), columns.getDoublesList());
        assertEquals(List.of(-3L, 4L, 5L), columns.getIntsList());
        assertEquals(0, columns.getStateCount(), "all are valid");
        assertTrue(batcher.isEmpty());
        motion(900, 1, 1);
        SignalBatch next = finished();
        assertEquals(2, next.getSeq());
        assertEquals(T0 + 900, next.getT0Us());
        assertEquals(2, next.getDictionaryCount());
    }

    @Test
    void whatIsNoValueIsSaidToBeNone() throws Exception {
        wheel(0, 256);
        wheel(1, 0xFFFF);
        wheel(2, 0xFE00);
        SignalColumns columns = columnsOf(finished());
        assertEquals(
                List.of(
                        ValueState.VALUE_STATE_VALID,
                        ValueState.VALUE_STATE_NOT_AVAILABLE,
                        ValueState.VALUE_STATE_ERROR),
                columns.getStateList());
        assertEquals(List.of(1.0), columns.getDoublesList());
        wheel(3, 512);
        assertEquals(0, columnsOf(finished()).getStateCount(), "of the batch before");
    }

    @Test
    void aFullBatchIsSmallerThanAPacketMayBe() throws Exception {
        int frames = 0;
        while (!batcher.isFull()) {
            motion(frames, frames, frames);
            frames++;
        }
        Batcher.Batch batch = batcher.finish(Origin.ORIGIN_LIVE, List.of());
        assertEquals(frames, batch.frames());
        assertTrue(frames > 2_000, frames + " frames");
        assertTrue(batch.bytes().length < 64 * 1024, batch.bytes().length + " bytes");
        assertTrue(columnsOf(SignalBatch.parseFrom(batch.bytes())).getSerializedSize() < 64 * 1024);
        assertFalse(batcher.isFull());
    }
}
