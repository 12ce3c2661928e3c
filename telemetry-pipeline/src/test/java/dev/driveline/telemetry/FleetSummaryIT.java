package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestSignals;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FleetSummaryIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final String CHARGING = "Vehicle.Powertrain.TractionBattery.Charging.IsCharging";
    private static final Vin FIRST = Vin.of("JTMW1RFV7KM000001");
    private static final Vin SECOND = Vin.of("JTMW1RFV7KM000002");
    private static final Vin THIRD = Vin.of("JTMW1RFV7KM000003");
    private static final Vin FOREIGN = Vin.of("JTMW1RFV7KM000004");

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        rig.publish(SMALL);
        rig.map(
                SMALL.ref(),
                new MappingFact.Entry("can0.MOTION.SPEED", "Vehicle.Speed", "m/s", 1 / 3.6, 0),
                new MappingFact.Entry("can0.DENSE.BIT0", CHARGING, "", 1, 0),
                new MappingFact.Entry(
                        "can0.WHEEL.SPEED", "Vehicle.CurrentLocation.Altitude", "m", 1, 0));
        rig.publish(FIRST, "acme", "model", SMALL.ref(), Map.of("region", "eu"), "north");
        rig.publish(SECOND, "acme", "model", SMALL.ref(), Map.of("region", "us"), "north");
        rig.publish(THIRD, "acme", "model", SMALL.ref(), Map.of("region", "eu"));
        rig.publish(FOREIGN, "other", SMALL.ref());
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        send(FIRST, now, 36, false);
        send(SECOND, now, 0, true);
        // Told an hour ago: it counts for no more than the spread.
        send(THIRD, now - 3_600_000_000L, 72, true);
        send(FOREIGN, now, 180, true);
        for (Vin vin : List.of(FIRST, FOREIGN)) {
            rig.send(
                    Topic.VEHICLE_PRESENCE,
                    vin.value(),
                    Json.bytes(
                            new Presence.Online(
                                    SessionId.parse("0000000000000001"),
                                    RunId.parse("0000000000000002"),
                                    0,
                                    Set.of(),
                                    0,
                                    Instant.now(),
                                    "5",
                                    Instant.now())));
        }
        rig.send(Topic.TELEMETRY_ALERTS, FIRST.value(), alert(FIRST, 1, "CRITICAL"));
        rig.send(Topic.TELEMETRY_ALERTS, SECOND.value(), alert(SECOND, 2, "INFO"));
        rig.flush();
        SOON.that(
                "all is known",
                () -> {
                    JsonNode summary = summary("acme,telemetry:read", "?signal=Vehicle.Speed");
                    return summary.path("online").intValue() == 1
                            && summary.at("/signal/vehicles").intValue() == 3
                            && summary.at("/alerts/CRITICAL").intValue() == 1
                            && summary.at("/alerts/INFO").intValue() == 1;
                });
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static void send(Vin vin, long t, double kmh, boolean charging) {
        rig.signals(
                vin,
                TestSignals.of(1, 1, t)
                        .sample(t, "can0.MOTION.SPEED", kmh)
                        .sample(t, "can0.DENSE.BIT0", charging)
                        .sample(t, "can0.WHEEL.SPEED", 1.0)
                        .bytes(),
                t);
    }

    private static byte[] alert(Vin vin, int number, String severity) {
        String json =
                """
                {"v":1,"alert":"00000000-0000-0000-0000-00000000000%d","tenant":"acme",
                 "vin":"%s","rule":"r","ruleVersion":1,"name":"n","severity":"%s","step":"RAISED",
                 "at":"2026-05-01T12:00:00Z","raisedAt":"2026-05-01T12:00:00Z","values":{}}
                """
                        .formatted(number, vin, severity);
        return Json.bytes(Json.read(json, AlertEvent.class));
    }

    private static JsonNode summary(String token, String query) {
        return Json.read(
                rig.http(token).get("/api/v1/fleet/summary" + query).body(), JsonNode.class);
    }

    private static String counts(String token, String query) {
        JsonNode summary = summary(token, query);
        return "%s vehicles, %s online, %s of %s moving, %s of %s charging, %s alerts"
                .formatted(
                        summary.get("vehicles"),
                        summary.get("online"),
                        summary.get("moving"),
                        summary.get("movingKnown"),
                        summary.get("charging"),
                        summary.get("chargingKnown"),
                        summary.get("alerts"));
    }

    @Test
    void aTenantsVehiclesAreCounted() {
        assertEquals(
                "3 vehicles, 1 online, 1 of 2 moving, 1 of 2 charging,"
                        + " {\"INFO\":1,\"WARNING\":0,\"CRITICAL\":1} alerts",
                counts("acme,telemetry:read", ""));
        assertEquals(
                "3 vehicles, 1 online, 2 of 3 moving, 2 of 3 charging,"
                        + " {\"INFO\":1,\"WARNING\":0,\"CRITICAL\":1} alerts",
                counts("acme,telemetry:read", "?maxAgeS=86400"));
    }

    @Test
    void fleetsLabelsAndVinsNarrow() {
        String one =
                "1 vehicles, 1 online, 1 of 1 moving, 0 of 1 charging,"
                        + " {\"INFO\":0,\"WARNING\":0,\"CRITICAL\":1} alerts";
        assertEquals(one, counts("acme,telemetry:read", "?fleet=north&label=region:eu"));
        assertEquals(one, counts("acme,telemetry:read", "?vin=" + FIRST));
        assertEquals(one, counts("acme,telemetry:read,vin=" + FIRST, ""));
        assertEquals(2, summary("acme,telemetry:read,fleet=north", "").get("vehicles").intValue());
        assertEquals(0, summary("acme,telemetry:read", "?fleet=none").get("vehicles").intValue());
        assertEquals(
                "VEHICLE_UNKNOWN",
                summary("acme,telemetry:read", "?vin=" + FOREIGN).get("code").textValue());
        assertEquals(
                "OUTSIDE_CLAIM",
                summary("acme,telemetry:read,vin=" + FIRST, "?vin=" + SECOND)
                        .get("code")
                        .textValue());
        assertEquals(
                "INVALID_REQUEST",
                summary("acme,telemetry:read", "?label=eu").get("code").textValue());
    }

    @Test
    void aSignalsLatestValuesSpread() {
        JsonNode spread =
                summary("acme,telemetry:read", "?signal=Vehicle.Speed&buckets=2").get("signal");
        assertEquals("m/s", spread.get("unit").textValue());
        assertEquals(
                "{\"count\":3,\"min\":0.0,\"p10\":0.0,\"p50\":10.0,\"p90\":20.0,\"max\":20.0,"
                        + "\"buckets\":[{\"from\":0.0,\"to\":10.0,\"count\":1},"
                        + "{\"from\":10.0,\"to\":20.0,\"count\":2}]}",
                spread.get("distribution").toString());
        JsonNode physical =
                summary("acme,telemetry:read", "?signal=can0.MOTION.SPEED").get("signal");
        assertEquals("km/h", physical.get("unit").textValue());
        assertEquals(72.0, physical.at("/distribution/max").doubleValue());
        assertEquals(
                "SIGNAL_UNKNOWN",
                summary("acme,telemetry:read", "?signal=NOWHERE").get("code").textValue());
        assertEquals(
                "MISSING_SCOPE",
                summary("acme,telemetry:read", "?signal=can0.WHEEL.SPEED").get("code").textValue());
        assertEquals(
                3,
                summary("acme,telemetry:read,telemetry:location", "?signal=can0.WHEEL.SPEED")
                        .at("/signal/vehicles")
                        .intValue());
    }
}
