package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.BusSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A truck's DM1 from the gateway's topic to its trouble codes and an alert, over a restart. */
final class TruckCodesIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));
    private static final Vin VIN = Vin.of("YV2RT40A8HB000002");
    private static final String NONE = "00 FF 00 00 00 00 FF FF";
    private static final String OIL = "04 FF 64 00 01 03 FF FF";

    @TempDir private Path folder;

    private final Instant start =
            Instant.now().truncatedTo(ChronoUnit.MILLIS).minus(Duration.ofHours(1));

    private static TestCatalogue truck() {
        byte[] dbc =
                """
                VERSION "truck"
                BU_: ECU
                BO_ 2566844926 CCVS: 8 ECU
                 SG_ SPEED : 8|16@1+ (0.00390625,0) [0|250] "km/h" ECU
                """
                        .getBytes(StandardCharsets.ISO_8859_1);
        return TestCatalogue.of("truck", BusSource.of("can1", Matching.J1939, "truck.dbc", dbc));
    }

    private void send(TelemetryRig rig, long seq, String payload) {
        long tUs = ChronoUnit.MICROS.between(Instant.EPOCH, start.plusSeconds(seq));
        byte[] batch =
                TestBatch.of(1, seq, tUs)
                        .extendedFrame(
                                tUs,
                                "can1",
                                0x18FECA00,
                                HexFormat.ofDelimiter(" ").parseHex(payload))
                        .bytes();
        // Twice, as after a lost acknowledgement.
        rig.batch(VIN, batch, tUs + 1_000_000);
        rig.batch(VIN, batch, tUs + 1_000_000);
        rig.flush();
    }

    private static JsonNode json(Http.Response response) {
        return Json.read(response.body(), JsonNode.class);
    }

    private static JsonNode code(TelemetryRig rig, String status) {
        return SOON.value(
                        "the code is " + status,
                        () ->
                                json(rig.http().get("/api/v1/vehicles/" + VIN + "/dtcs"))
                                        .path("items"),
                        items ->
                                items.size() == 1
                                        && items.get(0).get("status").textValue().equals(status))
                .get(0);
    }

    private static JsonNode alert(TelemetryRig rig, String state) {
        return SOON.value(
                        "the alert is " + state,
                        () -> json(rig.http().get("/api/v1/alerts")).path("items"),
                        items ->
                                items.size() == 1
                                        && items.get(0).get("state").textValue().equals(state))
                .get(0);
    }

    @Test
    void aCodeIsActiveAsLongAsItsControlUnitListsIt() {
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            TestCatalogue truck = truck();
            rig.publish(truck);
            rig.publish(VIN, "acme", truck.ref());
            Http writer = rig.http(TelemetryRig.ACME + ",rules:write,telemetry:location");
            SOON.that(
                    "the rule is saved",
                    () ->
                            writer.post(
                                                    "/api/v1/rules",
                                                    """
                                                    {"id": "oil", "definition": {"name": "oil",
                                                     "severity": "CRITICAL",
                                                     "dtc": {"code": "spn:100/*"}}}
                                                    """)
                                            .status()
                                    < 300);
            SOON.that(
                    "it is in use",
                    () ->
                            rig.admin()
                                    .get("/metrics")
                                    .body()
                                    .contains("telemetry_rules_in_use 1.0"));
            send(rig, 1, NONE);
            send(rig, 2, OIL);
            JsonNode active = code(rig, "ACTIVE");
            assertEquals("spn:100/1", active.get("code").textValue());
            assertEquals("can1/00", active.get("ecu").textValue());
            assertEquals("J1939", active.get("protocol").textValue());
            assertEquals(start.plusSeconds(2).toString(), active.get("since").textValue());
            assertEquals(
                    3,
                    json(writer.get("/api/v1/vehicles/" + VIN + "/dtcs"))
                            .at("/items/0/freeze/occurrences")
                            .intValue());
            assertEquals(
                    1.0, alert(rig, "FIRING").get("values").get("can1/00/spn:100/1").doubleValue());
            rig.stop();
            send(rig, 3, OIL);
            rig.start();
            send(rig, 4, NONE);
            JsonNode stored = code(rig, "STORED");
            assertEquals(start.plusSeconds(4).toString(), stored.get("lastSeen").textValue());
            assertEquals(1, stored.get("timesActive").intValue());
            alert(rig, "CLEARED");
            List<String> types =
                    rig.records(Topic.VEHICLE_EVENTS).stream()
                            .map(record -> TelemetryRig.header(record, Headers.EVENT_TYPE))
                            .toList();
            assertEquals(List.of(EventTypes.CODES_HEARD, EventTypes.CODES_HEARD), types);
        }
    }
}
