package dev.driveline.telemetry.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.driveline.can.BusSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.event.CodeReport;
import dev.driveline.telemetry.fact.TestCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DM1 in batches: one frame, broadcast and addressed transport, and where it is none. */
final class TroubleCodeIntakeTest {

    private static final Vin VIN = Vin.of("YV2RT40A8HB000001");
    private static final byte[] KEY = VIN.value().getBytes(StandardCharsets.US_ASCII);
    private static final long T0 = 1_700_000_000_000_000L;
    private static final int DM1 = 0x18FECA00;

    /** From batch to batch; a broadcast that stands still for 750 ms is lost. */
    private static final long STEP_US = 500_000;

    private static final String NONE = "00 FF 00 00 00 00 FF FF";
    private static final String OIL = "04 FF 64 00 01 03 FF FF";

    private final BookFacts facts = new BookFacts();
    private final Intake intake = new Intake(facts);
    private final MapProgress progress = new MapProgress();

    @BeforeEach
    void publish() {
        byte[] dbc =
                """
                VERSION "truck"
                BU_: ECU
                BO_ 2566844926 CCVS: 8 ECU
                 SG_ SPEED : 8|16@1+ (0.00390625,0) [0|250] "km/h" ECU
                """
                        .getBytes(StandardCharsets.ISO_8859_1);
        TestCatalogue truck =
                TestCatalogue.of(
                        "truck",
                        BusSource.of("can0", Matching.EXACT, "truck.dbc", dbc),
                        BusSource.of("can1", Matching.J1939, "truck.dbc", dbc));
        facts.publish(truck);
        facts.publish(VIN, truck.ref());
    }

    private static TestBatch batch(long seq) {
        return TestBatch.of(1, seq, T0 + seq * STEP_US);
    }

    private static TestBatch with(long seq, String bus, Object... idsAndPayloads) {
        TestBatch batch = batch(seq);
        for (int i = 0; i < idsAndPayloads.length; i += 2) {
            batch.extendedFrame(
                    T0 + seq * STEP_US + i * 1_000L,
                    bus,
                    (Integer) idsAndPayloads[i],
                    HexFormat.ofDelimiter(" ").parseHex((String) idsAndPayloads[i + 1]));
        }
        return batch;
    }

    private Outcome.CodeChanges take(TestBatch batch) {
        return assertInstanceOf(
                        Outcome.Accepted.class,
                        intake.take(KEY, batch.bytes(), T0 + 90_000_000, progress))
                .codes();
    }

    private List<String> told(TestBatch batch) {
        List<String> told = new ArrayList<>();
        for (Outcome.CodeEvent event : take(batch).events()) {
            CodeReport.of(event.data())
                    .entries()
                    .forEach(entry ->
                            told.add(
                                    "%d %s %s %s"
                                            .formatted(
                                                    event.tUs() - T0,
                                                    entry.key().ecu(),
                                                    entry.key().code(),
                                                    entry.status())));
        }
        return told;
    }

    @Test
    void aFrameTellsWhatBeginsAndEnds() {
        assertEquals(
                List.of("500000 can1/00 spn:100/1 ACTIVE"),
                told(with(1, "can1", DM1, OIL, DM1, OIL)));
        assertEquals(List.of(), told(with(2, "can1", DM1, OIL)));
        assertEquals(
                List.of("1502000 can1/00 spn:100/1 STORED", "1504000 can1/00 spn:100/1 ACTIVE"),
                told(with(3, "can1", DM1, OIL, DM1, NONE, DM1, OIL)));
        assertEquals(List.of(), told(with(4, "can1", DM1 | 3, NONE)));
    }

    @Test
    void aBroadcastOverTwoBatchesTellsSeveral() {
        assertEquals(
                List.of(),
                told(
                        with(
                                1,
                                "can1",
                                0x1CECFF0B,
                                "20 0A 00 02 FF CA FE 00",
                                0x1CEBFF0B,
                                "01 04 FF 64 00 01 03 B8")));
        assertEquals(
                List.of("1000000 can1/0B spn:100/1 ACTIVE", "1000000 can1/0B spn:1208/3 ACTIVE"),
                told(with(2, "can1", 0x1CEBFF0B, "02 04 03 0A FF FF FF FF")));
    }

    @Test
    void soDoesAMessageToOneNode() {
        assertEquals(
                List.of("506000 can1/0B spn:100/1 ACTIVE", "506000 can1/0B spn:1208/3 ACTIVE"),
                told(
                        with(
                                1,
                                "can1",
                                0x1CEC270B,
                                "10 0A 00 02 FF CA FE 00",
                                0x1CEC0B27,
                                "11 02 01 FF FF CA FE 00",
                                0x1CEB270B,
                                "01 04 FF 64 00 01 03 B8",
                                0x1CEB270B,
                                "02 04 03 0A FF FF FF FF")));
    }

    @Test
    void onlyBusesOfJ1939TellCodes() {
        assertEquals(List.of(), told(with(1, "can0", DM1, OIL)));
        assertEquals(List.of(), told(with(2, "can9", DM1, OIL)));
        assertEquals(
                List.of(), told(batch(3).frame(T0 + 3 * STEP_US, "can1", 0x2CA, 4, 0xFF, 0x64)));
    }

    @Test
    void aBatchThatComesAgainTellsTheSameByTheSameName() {
        TestBatch batch = with(1, "can1", DM1, OIL);
        Outcome.CodeChanges first = take(batch);
        assertEquals(
                Outcome.Duplicate.class,
                intake.take(KEY, batch.bytes(), T0 + 90_000_000, progress).getClass());
        progress.clear();
        assertEquals(first, take(batch));
        progress.clear();
        assertNotEquals(
                first.events().getFirst().id(),
                take(with(2, "can1", DM1, OIL)).events().getFirst().id());
    }

    @Test
    void codesOfAnOlderMethodAreCountedOnly() {
        Outcome.CodeChanges changes = take(with(1, "can1", DM1, "04 FF 64 00 01 83 FF FF"));
        assertEquals(new Outcome.CodeChanges(List.of(), 1), changes);
    }
}
