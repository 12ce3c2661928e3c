package dev.driveline.telemetry.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.ValueState;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.batch.TestSignals;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SampleCursor;
import dev.driveline.testkit.Trials;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signals that a vehicle decoded itself, beside its frames. */
final class SignalIntakeTest {

    private static final long T0 = 1_700_000_000_000_000L;
    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final byte[] KEY = VIN.value().getBytes(StandardCharsets.US_ASCII);
    private static final TestCatalogue SMALL = TestCatalogue.small();

    private final BookFacts facts = new BookFacts();
    private final Intake intake = new Intake(facts);
    private final MapProgress progress = new MapProgress();

    @BeforeEach
    void publish() {
        facts.publish(SMALL);
        facts.publish(VIN, SMALL.ref());
        facts.publish(
                new MappingFact(
                        1,
                        TenantId.of("acme"),
                        SMALL.ref(),
                        "hash",
                        List.of(
                                new MappingFact.Entry(
                                        "can0.MOTION.SPEED", "Vehicle.Speed", "m/s", 0.25, 1))));
    }

    private SampleBatch frames(TestBatch batch) {
        Outcome outcome = intake.take(KEY, batch.bytes(), T0 + 1_000_000, progress);
        return assertInstanceOf(Outcome.Accepted.class, outcome).batch();
    }

    private SampleBatch signals(TestSignals batch) {
        Outcome outcome = intake.takeSignals(KEY, batch.bytes(), T0 + 1_000_000, progress);
        return assertInstanceOf(Outcome.Accepted.class, outcome).batch();
    }

    private static List<String> samples(SampleBatch batch) {
        List<String> samples = new ArrayList<>();
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            samples.add(
                    "%d %s %d %s"
                            .formatted(
                                    cursor.tUs() - T0,
                                    batch.getSignal(cursor.signal()),
                                    cursor.raw(),
                                    Quality.of(cursor.quality())));
        }
        return samples;
    }

    /** Raw values and quality only, of one signal each. */
    private static List<String> brief(SampleBatch batch) {
        List<String> samples = new ArrayList<>();
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            samples.add(
                    "%s %d %s"
                            .formatted(
                                    batch.getSignal(cursor.signal()).getName(),
                                    cursor.raw(),
                                    Quality.of(cursor.quality())));
        }
        return samples;
    }

    @Test
    void framesAndSignalsOfTheSameDriveAreTheSameSamples() {
        Trials.of(11)
                .run(
                        300,
                        random -> {
                            progress.clear();
                            TestBatch frames = TestBatch.of(1, 1, T0);
                            TestSignals signals = TestSignals.of(1, 2, T0);
                            long t = T0;
                            int count = 1 + random.nextInt(40);
                            for (int i = 0; i < count; i++) {
                                t += random.nextInt(10_000);
                                switch (random.nextInt(4)) {
                                    case 0 -> {
                                        int speed = random.nextInt(1 << 16);
                                        int gear = random.nextInt(16);
                                        frames.frame(
                                                t, "can0", 0x100, speed & 0xFF, speed >> 8, gear);
                                        signals.sample(t, "can0.MOTION.SPEED", speed * 0.01);
                                        if (random.nextBoolean() && gear < 2) {
                                            signals.sample(
                                                    t, "can0.MOTION.GEAR", gear == 0 ? "P" : "R");
                                        } else {
                                            signals.sample(t, "can0.MOTION.GEAR", (long) gear);
                                        }
                                    }
                                    case 1 -> {
                                        short wheel = (short) random.nextInt();
                                        frames.frame(
                                                t,
                                                "can0",
                                                0x200,
                                                wheel & 0xFF,
                                                (wheel >> 8) & 0xFF);
                                        signals.sample(t, "can0.WHEEL.SPEED", wheel * 0.5 - 10);
                                    }
                                    case 2 -> {
                                        long ticks = random.nextLong();
                                        frames.frame(t, "can0", 0x201, 0, bytes(ticks), 8);
                                        signals.sample(t, "can0.TICK.TICKS", ticks);
                                    }
                                    default -> {
                                        double voltage = random.nextDouble() * 1_000 - 500;
                                        frames.frame(
                                                t,
                                                "can0",
                                                0x400,
                                                0,
                                                bytes(Double.doubleToRawLongBits(voltage)),
                                                8);
                                        signals.sample(t, "can0.REAL.VOLTAGE", voltage);
                                    }
                                }
                            }
                            assertEquals(samples(frames(frames)), samples(signals(signals)));
                        });
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    @Test
    void stateAndValueSayTheQuality() {
        SampleBatch batch =
                signals(
                        TestSignals.of(1, 1, T0)
                                .sample(T0, "can0.MOTION.SPEED", 250.0)
                                .sample(T0, "can0.MOTION.SPEED", 251.0)
                                .sample(T0, "can0.MOTION.SPEED", 700.0)
                                .sample(T0, "can0.MOTION.SPEED", -1.0)
                                .sample(T0, "can0.MOTION.SPEED", 12.346)
                                .sample(T0, "can0.MOTION.SPEED", Double.NaN)
                                .sample(T0, "can0.MOTION.SPEED", ValueState.VALUE_STATE_ERROR)
                                .sample(
                                        T0,
                                        "can0.REAL.VOLTAGE",
                                        ValueState.VALUE_STATE_NOT_AVAILABLE)
                                .sample(T0, "can0.DENSE.BIT1", true)
                                .sample(T0, "can0.DENSE.BIT1", 2L)
                                .sample(T0, "can0.TICK.TICKS", 0x1p63)
                                .sample(T0, "can0.TICK.TICKS", -3.0));
        assertEquals(
                List.of(
                        "can0.MOTION.SPEED 25000 GOOD",
                        "can0.MOTION.SPEED 25100 OUT_OF_RANGE",
                        "can0.MOTION.SPEED 70000 OUT_OF_RANGE",
                        "can0.MOTION.SPEED -100 OUT_OF_RANGE",
                        "can0.MOTION.SPEED 1235 GOOD",
                        "can0.MOTION.SPEED 0 NOT_AVAILABLE",
                        "can0.MOTION.SPEED 0 ERROR",
                        "can0.REAL.VOLTAGE "
                                + Double.doubleToRawLongBits(Double.NaN)
                                + " NOT_AVAILABLE",
                        "can0.DENSE.BIT1 1 GOOD",
                        "can0.DENSE.BIT1 2 OUT_OF_RANGE",
                        "can0.TICK.TICKS -9223372036854775808 GOOD",
                        "can0.TICK.TICKS 0 OUT_OF_RANGE"),
                brief(batch));
        assertEquals(0, batch.getUnknownSamples());
        assertEquals(0, batch.getFrames());
        assertEquals(SMALL.ref().toString(), batch.getCatalogue());
    }

    @Test
    void aPathOfTheMappingStandsForItsSignal() {
        // m/s = km/h × 0.25 + 1 in this mapping: 6 is 20 km/h.
        SampleBatch batch = signals(TestSignals.of(1, 1, T0).sample(T0, "Vehicle.Speed", 6.0));
        assertEquals(List.of("can0.MOTION.SPEED 2000 GOOD"), brief(batch));
    }

    @Test
    void whatNothingIsKnownOfIsCounted() {
        SampleBatch batch =
                signals(
                        TestSignals.of(1, 1, T0)
                                .sample(T0, "can0.MOTION.GEAR", "D")
                                .sample(T0 + 1, "can0.MOTION.GEAR", "neutral")
                                .sample(T0 + 2, "can0.REAL.VOLTAGE", "high")
                                .sample(T0 + 3, "Vehicle.Cabin.Nothing", 1.0)
                                .sample(T0 + 4, "no.such.SIGNAL", 5L)
                                .sample(T0 + 5, "can0.MOTION.GEAR", "P"));
        assertEquals(List.of("can0.MOTION.GEAR 3 GOOD", "can0.MOTION.GEAR 0 GOOD"), brief(batch));
        assertEquals(4, batch.getUnknownSamples());
        assertEquals(List.of(0, 5), batch.getDtUsList());
        facts.publish(VIN, null);
        SampleBatch without =
                signals(TestSignals.of(1, 2, T0).sample(T0, "can0.MOTION.SPEED", 1.0));
        assertEquals("", without.getCatalogue());
        assertEquals(1, without.getUnknownSamples());
    }

    @Test
    void framesAndSignalsShareOneSequence() {
        frames(TestBatch.of(1, 1, T0).frame(T0, "can0", 0x100, 1, 0, 3));
        byte[] again = TestSignals.of(1, 1, T0).sample(T0, "can0.MOTION.SPEED", 1.0).bytes();
        assertInstanceOf(Outcome.Duplicate.class, intake.takeSignals(KEY, again, T0, progress));
        signals(TestSignals.of(1, 2, T0).sample(T0, "can0.MOTION.SPEED", 1.0));
        assertInstanceOf(
                Outcome.Duplicate.class,
                intake.take(
                        KEY,
                        TestBatch.of(1, 2, T0).frame(T0, "can0", 0x100, 1, 0, 3).bytes(),
                        T0,
                        progress));
    }

    @Test
    void signalsAreNotLateBecauseFramesAreNewer() {
        frames(TestBatch.of(1, 1, T0 + 500).frame(T0 + 500, "can0", 0x100, 1, 0, 3));
        assertFalse(
                signals(TestSignals.of(1, 2, T0).sample(T0 + 400, "can0.MOTION.SPEED", 1.0))
                        .getLate());
        assertTrue(
                signals(TestSignals.of(1, 3, T0).sample(T0 + 300, "can0.MOTION.SPEED", 1.0))
                        .getLate());
        assertFalse(
                frames(TestBatch.of(1, 4, T0 + 600).frame(T0 + 600, "can0", 0x100, 1, 0, 3))
                        .getLate());
    }

    @Test
    void whatCannotBeUsedSaysWhy() {
        byte[] broken = TestSignals.of(1, 1, T0).builder().setSampleCount(1).build().toByteArray();
        var rejected =
                assertInstanceOf(
                        Outcome.Rejected.class, intake.takeSignals(KEY, broken, T0, progress));
        assertEquals(Rejection.COUNT_MISMATCH, rejected.reason());
        byte[] fine = TestSignals.of(1, 1, T0).bytes();
        var nobody =
                assertInstanceOf(
                        Outcome.Rejected.class, intake.takeSignals(null, fine, T0, progress));
        assertEquals(Rejection.HEAD_INVALID, nobody.reason());
    }
}
