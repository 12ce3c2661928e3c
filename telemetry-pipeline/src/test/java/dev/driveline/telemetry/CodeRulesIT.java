package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules about trouble codes, from {@code vehicle.events} to REST. */
final class CodeRulesIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final Vin OTHER = Vin.of("JTMW1RFV7KD000002");
    private static final String WRITER = "acme,telemetry:read,rules:write";
    private static final String RULES = "/api/v1/rules";
    private static final String MISFIRE =
            """
            {"name": "misfire", "severity": "CRITICAL", "dtc": {"code": "P03*", "ecu": "ECM"},
             "scope": {"fleets": ["rental"]}}
            """;

    @TempDir private Path folder;

    private final Instant start =
            Instant.now().truncatedTo(ChronoUnit.MILLIS).minus(Duration.ofHours(1));
    private int events;

    @Test
    void anAlertLastsAsLongAsACodeWhoeverRunsMeanwhile() {
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            rig.publish(SMALL);
            rig.publish(VIN, "acme", "model", SMALL.ref(), "rental");
            rig.publish(OTHER, "acme", "model", SMALL.ref(), "leasing");
            SOON.that(
                    "the vehicles are known",
                    () -> rig.http().get("/api/v1/vehicles/" + OTHER + "/dtcs").status() == 200);
            Http http = rig.http(WRITER);
            assertEquals(201, save(http, "misfire", MISFIRE).status());
            SOON.that(
                    "the rule is in use",
                    () ->
                            rig.admin()
                                    .get("/metrics")
                                    .body()
                                    .contains("telemetry_rules_in_use 1.0"));
            report(rig, OTHER, 1, "P0300", "ACTIVE");
            report(rig, VIN, 1, "P0420", "ACTIVE");
            report(rig, VIN, 2, "P0301", "ACTIVE");
            JsonNode raised = alertOnce(rig, "FIRING", 2);
            assertEquals(VIN.value(), raised.get("vin").textValue());
            assertEquals("CRITICAL", raised.get("severity").textValue());
            assertEquals(start.plusSeconds(2).toString(), raised.get("raisedAt").textValue());
            assertEquals(json("{\"ECM/P0301\":1.0}"), raised.get("values"));
            rig.stop();
            report(rig, VIN, 3, "P0302", "ACTIVE");
            report(rig, VIN, 4, "P0301", "STORED");
            rig.start();
            JsonNode updated = alertOnce(rig, "FIRING", 4);
            assertEquals(json("{\"ECM/P0302\":1.0}"), updated.get("values"));
            report(rig, VIN, 5, "P0302", "CLEARED");
            JsonNode cleared = alertOnce(rig, "CLEARED", 5);
            assertEquals(raised.get("id"), cleared.get("id"));
            assertEquals("CONDITION", cleared.get("clearReason").textValue());
            List<String> steps =
                    rig.records(Topic.TELEMETRY_ALERTS).stream()
                            .map(record -> Json.tree(record.value()).get("step").textValue())
                            .toList();
            assertEquals(List.of("RAISED", "UPDATED", "UPDATED", "CLEARED"), steps);
            List<JsonNode> live =
                    rig.records(Topic.TELEMETRY_ALERTS).stream()
                            .map(record -> Json.tree(record.value()))
                            .toList();
            Http anew = rig.http(WRITER);
            JsonNode tried =
                    SOON.value(
                            "all reports are kept",
                            () -> json(dryRun(anew, start, start.plusSeconds(60)).body()),
                            body -> body.path("reports").intValue() == 5);
            assertEquals(live.size(), tried.get("steps").size());
            for (int i = 0; i < live.size(); i++) {
                for (String member : List.of("alert", "step", "at", "values")) {
                    assertEquals(
                            live.get(i).get(member),
                            tried.get("steps").get(i).get(member),
                            member + " of step " + i);
                }
            }
            // What was ACTIVE before its begin is not known to it, as to a rule that is saved then.
            JsonNode part = json(dryRun(anew, start.plusSeconds(4), start.plusSeconds(60)).body());
            assertEquals(0, part.get("steps").size());
            assertEquals(2, part.get("reports").intValue());
        }
    }

    private static Http.Response dryRun(Http http, Instant from, Instant to) {
        return http.post(
                RULES + ":dry-run",
                "{\"vin\":\"%s\",\"rule\":\"misfire\",\"from\":\"%s\",\"to\":\"%s\"}"
                        .formatted(VIN, from, to));
    }

    @Test
    void aRuleAboutCodesIsCheckedWhenItIsSavedAndTriedOnReports() {
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            rig.publish(SMALL);
            rig.publish(VIN, "acme", SMALL.ref());
            Http http = rig.http(WRITER);
            String timed = MISFIRE.replace("\"dtc\"", "\"holdMs\": 5000, \"dtc\"");
            JsonNode refused = json(save(http, "timed", timed).body());
            assertEquals("RULE_INVALID", refused.get("code").textValue());
            assertTrue(refused.get("detail").textValue().contains("holdMs"), refused.toString());
            assertEquals(201, save(http, "misfire", MISFIRE).status());
            JsonNode rule = json(http.get(RULES + "/misfire").body());
            assertEquals("P03*", rule.at("/definition/dtc/code").textValue());
            assertEquals(0, rule.get("signals").size());
            Http.Response tried =
                    SOON.value(
                            "the vehicle is known",
                            () ->
                                    http.post(
                                            RULES + ":dry-run",
                                            """
                                            {"vin": "%s", "rule": "misfire",
                                             "from": "2026-01-01T00:00:00Z",
                                             "to": "2026-01-02T00:00:00Z"}
                                            """
                                                    .formatted(VIN)),
                            response -> response.status() != 404);
            assertEquals(200, tried.status(), tried.body());
            assertEquals(0, json(tried.body()).get("reports").intValue());
            assertEquals(0, json(tried.body()).get("steps").size());
        }
    }

    private void report(TelemetryRig rig, Vin vin, int second, String code, String status) {
        events++;
        String data =
                "{\"codes\":[{\"code\":\"%s\",\"ecu\":\"ECM\",\"status\":\"%s\"}]}"
                        .formatted(code, status);
        String id = new UUID(0, events).toString();
        // Each is sent twice, as after a lost acknowledgement.
        rig.event(vin, id, "vehicle.dtc.report", start.plusSeconds(second), data);
        rig.event(vin, id, "vehicle.dtc.report", start.plusSeconds(second), data);
        rig.flush();
    }

    /** The only alert there is, once it was updated at that time. */
    private JsonNode alertOnce(TelemetryRig rig, String state, int second) {
        JsonNode items =
                SOON.value(
                        "an alert " + state,
                        () -> json(rig.http().get("/api/v1/alerts").body()).get("items"),
                        all ->
                                all.size() == 1
                                        && all.get(0).get("state").textValue().equals(state)
                                        && all.get(0)
                                                .get("updatedAt")
                                                .textValue()
                                                .equals(start.plusSeconds(second).toString()));
        return items.get(0);
    }

    private static Http.Response save(Http http, String id, String definition) {
        return http.post(RULES, "{\"id\":\"%s\",\"definition\":%s}".formatted(id, definition));
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }
}
