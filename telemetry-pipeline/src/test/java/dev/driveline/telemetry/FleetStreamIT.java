package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.telemetry.batch.TestSignals;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FleetStreamIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final Vin FIRST = Vin.of("JTMW1RFV7KN000001");
    private static final Vin SECOND = Vin.of("JTMW1RFV7KN000002");
    private static final Vin THIRD = Vin.of("JTMW1RFV7KN000003");

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        rig.publish(SMALL);
        rig.map(
                SMALL.ref(),
                new MappingFact.Entry("can0.MOTION.SPEED", "Vehicle.Speed", "km/h", 1, 0),
                new MappingFact.Entry(
                        "can0.WHEEL.SPEED", "Vehicle.CurrentLocation.Altitude", "m", 1, 0));
        rig.publish(FIRST, "acme", "model", SMALL.ref(), "north");
        rig.publish(SECOND, "acme", "model", SMALL.ref(), "north");
        rig.publish(THIRD, "acme", "model", SMALL.ref());
        rig.awaitKnown(FIRST, SECOND);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void aFleetIsHeardAsItArrivesAndGoesOnWhereItWasLeft() throws Exception {
        String url = rig.base() + "/api/v1/stream?fleet=north&signal=Vehicle.Speed";
        long t = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        String id;
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, null)) {
            sent(2, t, 50);
            EventReader.Event first = reader.next();
            EventReader.Event second = reader.next();
            EventReader.Event round = reader.next();
            // Both may be a round apart.
            if (second.type().equals("round")) {
                second = round;
                round = reader.next();
            }
            assertEquals(
                    Set.of(FIRST.value(), SECOND.value()), Set.of(vinOf(first), vinOf(second)));
            assertEquals("can0.MOTION.SPEED", first.data().at("/sample/signal").textValue());
            assertEquals("Vehicle.Speed", first.data().at("/sample/vss/path").textValue());
            assertEquals("round", round.type());
            id = round.id();
        }
        sent(3, t + 1_000, 60);
        SOON.that("what came meanwhile is stored", () -> isAtSixty(FIRST) && isAtSixty(SECOND));
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, id)) {
            List<EventReader.Event> events = reader.next(3);
            assertEquals(
                    List.of("sample", "sample", "round"),
                    events.stream().map(EventReader.Event::type).toList());
            assertEquals(60.0, events.get(0).data().at("/sample/phys").doubleValue());
            assertEquals(60.0, events.get(1).data().at("/sample/phys").doubleValue());
        }
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, "none")) {
            assertEquals("reset", reader.next().type());
        }
        assertEquals(400, rig.http().get("/api/v1/stream?every=100ms").status());
        assertEquals(403, rig.http().get("/api/v1/stream?signal=WHEEL.SPEED").status());
        String narrow = TelemetryRig.ACME + ",vin=" + SECOND;
        try (EventReader reader = EventReader.open(rig.base() + "/api/v1/stream", narrow, null)) {
            sent(4, t + 2_000, 70);
            List<EventReader.Event> events = reader.next(3);
            assertEquals(SECOND.value(), vinOf(events.getFirst()));
            assertEquals("round", events.getLast().type());
        }
    }

    private static boolean isAtSixty(Vin vin) {
        return rig.http()
                .get("/api/v1/vehicles/" + vin + "/signals")
                .body()
                .contains("\"phys\":60");
    }

    private static String vinOf(EventReader.Event event) {
        return event.data().path("vin").asText();
    }

    private static void sent(long seq, long t, double kmh) {
        for (Vin vin : List.of(FIRST, SECOND, THIRD)) {
            rig.signals(
                    vin,
                    TestSignals.of(1, seq, t)
                            .sample(t, "can0.MOTION.SPEED", kmh)
                            .sample(t, "can0.WHEEL.SPEED", 2.0)
                            .sample(t, "can0.MOTION.GEAR", 3L)
                            .bytes(),
                    t);
        }
        rig.flush();
    }
}
