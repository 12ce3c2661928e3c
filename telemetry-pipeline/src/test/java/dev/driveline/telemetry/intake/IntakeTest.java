package dev.driveline.telemetry.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.FactsUnavailableException;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SampleCursor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class IntakeTest {

    private static final long T0 = 1_700_000_000_000_000L;
    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final TestCatalogue SMALL = TestCatalogue.small();

    private final BookFacts facts = new BookFacts();
    private final Intake intake = new Intake(facts);
    private final MapProgress progress = new MapProgress();

    @BeforeEach
    void publish() {
        facts.publish(SMALL);
        facts.publish(VIN, SMALL.ref());
    }

    private Outcome take(TestBatch batch, long receivedUs) {
        return intake.take(key(VIN), batch.bytes(), receivedUs, progress);
    }

    private SampleBatch accepted(TestBatch batch, long receivedUs) {
        return assertInstanceOf(Outcome.Accepted.class, take(batch, receivedUs)).batch();
    }

    private void assertRejected(Rejection reason, String words, Outcome outcome) {
        Outcome.Rejected rejected = assertInstanceOf(Outcome.Rejected.class, outcome);
        assertEquals(reason, rejected.reason(), rejected.detail());
        assertTrue(rejected.detail().contains(words), rejected.detail());
    }

    private static byte[] key(Vin vin) {
        return vin.value().getBytes(StandardCharsets.US_ASCII);
    }

    private static TestBatch motion(long seq, long t0Us) {
        return TestBatch.of(1, seq, t0Us).frame(t0Us, "can0", 0x100, 0x10, 0x27, 3);
    }

    private static List<String> samples(SampleBatch batch) {
        List<String> samples = new ArrayList<>();
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            samples.add(
                    "%d %s %d %s"
                            .formatted(
                                    cursor.tUs() - T0,
                                    batch.getSignal(cursor.signal()).getName(),
                                    cursor.raw(),
                                    Quality.of(cursor.quality())));
        }
        return samples;
    }

    @Test
    void everySignalOfEveryFrameIsASampleInTheOrderOfTheFrames() {
        SampleBatch batch =
                accepted(
                        TestBatch.of(9, 1, T0)
                                .frame(T0 + 5, "can0", 0x100, 0x10, 0x27, 3)
                                .frame(T0 + 6, "can0", 0x7FF, 1)
                                .frame(T0 + 7, "elsewhere", 0x100, 1, 1, 1)
                                .frame(T0 + 9, "can0", 0x300, 1, 0, 42)
                                .frame(T0 + 9, "can0", 0x300, 0, 43)
                                .frame(T0 + 9, "can0", 0x300, 7, 43)
                                .frame(T0 + 20, "can0", 0x100, 0xFF, 0xFF, 1),
                        T0 + 100);
        assertEquals(
                List.of(
                        "5 can0.MOTION.SPEED 10000 GOOD",
                        "5 can0.MOTION.GEAR 3 GOOD",
                        "9 can0.MUX.WHICH 1 GOOD",
                        "9 can0.MUX.VALUE 42 GOOD",
                        "9 can0.MUX.WHICH 0 GOOD",
                        "9 can0.MUX.VALUE 43 GOOD",
                        "9 can0.MUX.WHICH 7 GOOD",
                        "20 can0.MOTION.SPEED 65535 OUT_OF_RANGE",
                        "20 can0.MOTION.GEAR 1 GOOD"),
                samples(batch));
        assertEquals(7, batch.getFrames());
        assertEquals(2, batch.getUnknownFrames());
        assertEquals(1, batch.getUnknownMultiplexers());
        assertEquals(SMALL.ref().toString(), batch.getCatalogue());
        assertEquals(new BootId(9).toByteString(), batch.getBootId());
        assertFalse(batch.getLate());
        // Both layouts of VALUE have one name and each its own meaning.
        assertEquals(
                List.of(2.0, 1.0),
                batch.getSignalList().stream()
                        .filter(signal -> signal.getName().endsWith("VALUE"))
                        .map(signal -> signal.getFactor())
                        .toList());
    }

    @Test
    void aBatchSentAgainIsADuplicateAndARejectedOneIsNot() {
        accepted(motion(1, T0), T0);
        assertInstanceOf(Outcome.Duplicate.class, take(motion(1, T0), T0 + 9));
        CatalogueRef later = new CatalogueRef("later", "0".repeat(32));
        assertRejected(
                Rejection.CATALOGUE_UNKNOWN, "later@000", take(motion(2, T0).catalogue(later), T0));
        accepted(motion(2, T0), T0);
        assertInstanceOf(Outcome.Duplicate.class, take(motion(2, T0), T0));
    }

    @Test
    void theBatchsCatalogueGoesBeforeTheRegistrys() {
        facts.publish(VIN, null);
        SampleBatch without = accepted(motion(1, T0), T0);
        assertEquals("", without.getCatalogue());
        assertEquals(1, without.getUnknownFrames());
        assertEquals(0, without.getIdxCount());
        SampleBatch named = accepted(motion(2, T0).catalogue(SMALL.ref()), T0);
        assertEquals(2, named.getIdxCount());
        facts.publish(VIN, SMALL.ref());
        assertEquals(2, accepted(motion(3, T0), T0).getIdxCount());
    }

    @Test
    void aBatchIsDecodedByWhatWasInForceAtItsOwnTime() {
        TestCatalogue second =
                new TestCatalogue(new CatalogueRef("second", SMALL.ref().hash()), SMALL.source());
        facts.publish(second);
        facts.publish(
                new ModelFact.InForce(SMALL.ref(), Instant.EPOCH),
                new ModelFact.InForce(second.ref(), at(T0)));
        String first = SMALL.ref().toString();
        String now = second.ref().toString();
        assertEquals(first, accepted(motion(1, T0 - 1).stored(), T0 + 5).getCatalogue());
        assertEquals(now, accepted(motion(2, T0), T0 + 5).getCatalogue());
        // One without time counts by its receipt, and by its boot's clock once that is known.
        TestBatch without = TestBatch.of(2, 1, 0).mono(50).frame(50, "can0", 0x100, 1, 0, 3);
        assertEquals(first, accepted(without, T0 - 1).getCatalogue());
        TestBatch synced = TestBatch.of(5, 1, T0 - 1_000).mono(7_000);
        accepted(synced.frame(T0 - 1_000, "can0", 0x100, 1, 0, 3), T0 + 5);
        TestBatch unsynced = TestBatch.of(5, 2, 0).mono(7_400).frame(0, "can0", 0x100, 1, 0, 3);
        assertEquals(first, accepted(unsynced, T0 + 9).getCatalogue());
    }

    @Test
    void nothingIsInForceBeforeAModelsFirstCatalogue() {
        facts.publish(new ModelFact.InForce(SMALL.ref(), at(T0)));
        assertEquals("", accepted(motion(1, T0 - 1), T0).getCatalogue());
        assertEquals(SMALL.ref().toString(), accepted(motion(2, T0), T0).getCatalogue());
        facts.publish();
        assertEquals("", accepted(motion(3, T0), T0).getCatalogue());
        // A clock of ours that stands at 1970 still finds a model's first catalogue.
        facts.publish(new ModelFact.InForce(SMALL.ref(), Instant.EPOCH));
        TestBatch without = TestBatch.of(3, 1, 0).mono(50).frame(400, "can0", 0x100, 1, 0, 3);
        assertEquals(SMALL.ref().toString(), accepted(without, 0).getCatalogue());
    }

    private static Instant at(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }

    @Test
    void anUnknownVehicleIsRejectedUnlessItsBatchNamesACatalogue() {
        Vin unknown = Vin.of("JTMW1RFV7KD000002");
        byte[] bytes = motion(1, T0).bytes();
        assertRejected(
                Rejection.VEHICLE_UNKNOWN,
                "knows no vehicle",
                intake.take(key(unknown), bytes, T0, progress));
        Outcome named =
                intake.take(
                        key(unknown), motion(1, T0).catalogue(SMALL.ref()).bytes(), T0, progress);
        assertEquals(null, assertInstanceOf(Outcome.Accepted.class, named).tenant());
        assertRejected(
                Rejection.HEAD_INVALID,
                "key",
                intake.take("no vin".getBytes(StandardCharsets.UTF_8), bytes, T0, progress));
        assertRejected(Rejection.HEAD_INVALID, "key", intake.take(null, bytes, T0, progress));
    }

    @Test
    void aRegistrysCatalogueThatIsNotPublishedRejects() {
        facts.publish(VIN, new CatalogueRef("gone", "1".repeat(32)));
        assertRejected(
                Rejection.CATALOGUE_UNKNOWN, "named by the registry", take(motion(1, T0), T0));
    }

    @Test
    void factsThatCannotBeHadRejectNothing() {
        facts.away(true);
        assertThrows(FactsUnavailableException.class, () -> take(motion(1, T0), T0));
        facts.away(false);
        accepted(motion(1, T0), T0);
    }

    @Test
    void whatIsOlderThanTheNewestOrStoredIsLate() {
        assertFalse(accepted(motion(1, T0), T0).getLate());
        assertFalse(accepted(motion(3, T0 + 2_000), T0 + 2_000).getLate());
        assertTrue(accepted(motion(2, T0 + 1_000), T0 + 2_500).getLate());
        assertFalse(accepted(motion(4, T0 + 2_000), T0 + 2_500).getLate());
        SampleBatch stored = accepted(motion(5, T0 + 9_000).stored(), T0 + 9_500);
        assertTrue(stored.getLate());
        assertEquals(Origin.ORIGIN_STORED, stored.getOrigin());
    }

    @Test
    void aBatchWithoutTimeEndsAtItsReceipt() {
        TestBatch batch =
                TestBatch.of(1, 1, 0)
                        .mono(5_000)
                        .frame(100, "can0", 0x100, 1, 0, 3)
                        .frame(400, "can0", 0x100, 0xFF, 0xFF, 3);
        SampleBatch placed = accepted(batch, T0);
        assertEquals(
                List.of(
                        "-300 can0.MOTION.SPEED 1 ESTIMATED_TIME",
                        "-300 can0.MOTION.GEAR 3 ESTIMATED_TIME",
                        "0 can0.MOTION.SPEED 65535 OUT_OF_RANGE",
                        "0 can0.MOTION.GEAR 3 ESTIMATED_TIME"),
                samples(placed));
        // An estimate does not make what the vehicle itself dates late.
        assertFalse(accepted(motion(2, T0 - 1_000), T0).getLate());
    }

    @Test
    void aBatchWithoutTimeIsPlacedByTheFirstOneOfItsBootThatHadOne() {
        accepted(motion(1, T0).mono(1_000_000), T0 + 50);
        SampleBatch placed =
                accepted(
                        TestBatch.of(1, 2, 0).mono(1_000_500).frame(100, "can0", 0x100, 1, 0, 3),
                        T0 + 77_000);
        assertEquals("600 can0.MOTION.SPEED 1 ESTIMATED_TIME", samples(placed).getFirst());
    }

    @Test
    void aClockThatRunsFarAheadIsNotBelieved() {
        long ahead = T0 + Placement.MAX_AHEAD_US;
        assertEquals(ahead, accepted(motion(1, ahead), T0).getT0Us());
        SampleBatch wrong = accepted(motion(2, ahead + 1), T0);
        assertEquals(Quality.ESTIMATED_TIME, Quality.of(wrong.getQuality(0).getQualityValue()));
    }

    @Test
    void aBatchThatGrowsTooLargeInDecodingIsRejected() {
        TestBatch batch = TestBatch.of(1, 1, T0);
        for (int i = 0; i < 150_000; i++) {
            batch.frame(T0 + 100L * i, "can0", 0x500, i);
        }
        Outcome outcome = intake.take(key(VIN), batch.packedBytes(), T0, progress);
        assertRejected(Rejection.TOO_LARGE, "at most 1048576", outcome);
    }
}
