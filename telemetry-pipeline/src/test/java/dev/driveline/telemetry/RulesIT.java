package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.BusSource;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.rule.Rules;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules over a minute of a real drive, live and as a dry-run. */
final class RulesIT {

    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final String RULES = "/api/v1/rules";
    private static final String ALERTS = "/api/v1/alerts";
    private static final String WRITER = "acme,telemetry:read,rules:write";
    private static final long BATCH_US = 1_000_000;
    private static final long BOOT = 0xB001_0000_0000_0002L;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String FAST =
            """
            {"name": "fast", "severity": "WARNING", "when": "value('SPEED.SPEED') > 60.0",
             "holdMs": 10000}
            """;

    /** ../shared/data/README.md: above 60 km/h from here for so long, in microseconds. */
    private static final long FIRST_US = 1_533_201_293_053_000L;

    private static final long FIRST_FOR_US = 24_491_000;
    private static final long SECOND_US = 1_533_201_326_685_000L;
    private static final long SECOND_FOR_US = 17_125_000;
    private static final long HOLD_US = 10_000_000;

    /** Between two frames of SPEED pass some 24 ms. */
    private static final long NEXT_FRAME_US = 60_000;

    @TempDir private Path folder;
    @TempDir private Path otherFolder;

    private record Batch(byte[] bytes, long fromUs) {}

    private record Step(String alert, String step, long atUs) {}

    @Test
    void aDriveIsToldOfTwiceLiveAndInADryRunEquallyWhoeverRunsMeanwhile() throws IOException {
        List<Batch> drive = drive();
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            publish(rig);
            Http http = rig.http(WRITER);
            addRule(http, "fast", FAST);
            heard(rig);
            // A restart within the hold time, and a second instance within the first alert.
            stored(rig, send(rig, drive, 0, FIRST_US + HOLD_US / 2));
            rig.stop();
            rig.start();
            heard(rig);
            send(rig, drive, FIRST_US + HOLD_US / 2, FIRST_US + HOLD_US + BATCH_US * 3);
            Eventually.within(LIMIT)
                    .value("alerts", () -> alerts(rig, "").size(), count -> count == 1);
            try (TelemetryRig.Instance second = rig.another(otherFolder)) {
                Eventually.within(LIMIT).that("the second is ready", second::isReady);
                send(rig, drive, FIRST_US + HOLD_US + BATCH_US * 3, SECOND_US + HOLD_US / 2);
                Eventually.within(LIMIT)
                        .value("cleared", () -> alerts(rig, "&state=CLEARED").size(), n -> n == 1);
            }
            send(rig, drive, SECOND_US + HOLD_US / 2, Long.MAX_VALUE);
            Eventually.within(LIMIT)
                    .value("cleared", () -> alerts(rig, "&state=CLEARED").size(), n -> n == 2);
            stored(rig, drive.size());
            List<Step> live = told(rig);
            assertTimes(live);
            JsonNode dry = dryRun(rig.http(WRITER), "\"rule\":\"fast\"");
            assertEquals(live, stepsOf(dry.get("steps")));
            assertEquals(0, dry.get("unknown").longValue());
            JsonNode again = dryRun(rig.http(WRITER), "\"definition\":" + FAST);
            assertEquals(
                    live.stream().map(Step::atUs).toList(),
                    stepsOf(again.get("steps")).stream().map(Step::atUs).toList());
            assertAlerts(rig, live);
        }
    }

    private static void assertTimes(List<Step> steps) {
        assertEquals(
                List.of("RAISED", "CLEARED", "RAISED", "CLEARED"),
                steps.stream().map(Step::step).toList());
        near(FIRST_US + HOLD_US, steps.get(0).atUs());
        near(FIRST_US + FIRST_FOR_US, steps.get(1).atUs());
        near(SECOND_US + HOLD_US, steps.get(2).atUs());
        near(SECOND_US + SECOND_FOR_US, steps.get(3).atUs());
    }

    /** At the frame that shows it: not before, and no frame later. */
    private static void near(long expectedUs, long actualUs) {
        assertTrue(
                actualUs >= expectedUs - 1_000 && actualUs <= expectedUs + NEXT_FRAME_US,
                "expected about " + expectedUs + ", got " + actualUs);
    }

    /** The list, one of them, and that a person has seen it. */
    private static void assertAlerts(TelemetryRig rig, List<Step> live) {
        JsonNode newest = alerts(rig, "&limit=1").get(0);
        assertEquals(live.get(2).alert(), newest.get("id").textValue());
        assertEquals(live.get(3).atUs(), micros(newest.get("clearedAt")));
        assertEquals("CONDITION", newest.get("clearReason").textValue());
        assertEquals(0, alerts(rig, "&severity=CRITICAL").size());
        assertEquals(0, alerts(rig, "&acknowledged=true").size());
        String first = live.getFirst().alert();
        Http http = rig.http(WRITER);
        Http.Response seen =
                http.post(ALERTS + "/" + first + ":acknowledge", "{\"comment\":\"looked\"}");
        assertEquals(200, seen.status(), seen.body());
        JsonNode acknowledgement = json(seen).get("acknowledgement");
        assertEquals("tester", acknowledgement.get("by").textValue());
        assertEquals("looked", acknowledgement.get("comment").textValue());
        Http.Response again =
                http.post(ALERTS + "/" + first + ":acknowledge", "{\"comment\":\"me too\"}");
        assertEquals(json(seen), json(again));
        assertEquals(1, alerts(rig, "&acknowledged=true").size());
        String page = http.get(ALERTS + "?limit=1").body();
        String cursor = Json.read(page, JsonNode.class).get("next").textValue();
        JsonNode second = json(http.get(ALERTS + "?limit=1&cursor=" + cursor));
        assertEquals(first, second.at("/items/0/id").textValue());
        assertTrue(!second.hasNonNull("next"));
        String others = "other,telemetry:read,rules:write";
        assertEquals(404, rig.http(others).get(ALERTS + "/" + first).status());
        assertEquals(0, json(rig.http(others).get(ALERTS)).get("items").size());
        String narrowed = "acme,telemetry:read,vin=WDRV0TESTAPN00001";
        assertEquals(403, rig.http(narrowed).get(ALERTS + "/" + first).status());
        assertEquals(0, json(rig.http(narrowed).get(ALERTS)).get("items").size());
    }

    @Test
    void aRuleThatChangesWhileItFiresClearsItsAlertAndBeginsAnew() throws IOException {
        List<Batch> drive = drive();
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            publish(rig);
            Http http = rig.http(WRITER);
            String etag = addRule(http, "fast", FAST);
            heard(rig);
            send(rig, drive, 0, FIRST_US + HOLD_US + BATCH_US * 2);
            Eventually.within(LIMIT).value("alerts", () -> alerts(rig, "").size(), n -> n == 1);
            assertEquals(
                    412, put(rig, "\"9999\"", FAST.replace("10000", "0")).statusCode(), "If-Match");
            HttpResponse<String> changed = put(rig, etag, FAST.replace("10000", "3000"));
            assertEquals(200, changed.statusCode(), changed.body());
            Eventually.within(LIMIT)
                    .value("cleared", () -> alerts(rig, "&state=CLEARED").size(), n -> n == 1);
            assertEquals("RULE_CHANGED", alerts(rig, "").get(0).get("clearReason").textValue());
            send(rig, drive, FIRST_US + HOLD_US + BATCH_US * 2, FIRST_US + HOLD_US * 2);
            Eventually.within(LIMIT)
                    .value("firing", () -> alerts(rig, "&state=FIRING").size(), n -> n == 1);
            assertEquals(204, http.delete(RULES + "/fast").status());
            Eventually.within(LIMIT)
                    .value("cleared", () -> alerts(rig, "&state=CLEARED").size(), n -> n == 2);
            assertEquals("RULE_DELETED", alerts(rig, "").get(0).get("clearReason").textValue());
            assertEquals(404, http.get(RULES + "/fast").status());
        }
    }

    @Test
    void aRuleIsCheckedWhenItIsSaved() throws IOException {
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            publish(rig);
            Http http = rig.http(WRITER);
            Eventually.within(LIMIT)
                    .value(
                            "the vehicle is known",
                            () -> post(http, "one", FAST).status(),
                            status -> status == 201);
            assertEquals(409, post(http, "one", FAST).status());
            JsonNode wrong = json(post(http, "two", FAST.replace("> 60.0", ">")));
            assertEquals("RULE_INVALID", wrong.get("code").textValue());
            assertTrue(
                    wrong.get("detail").textValue().contains("line 1, column"), wrong.toString());
            JsonNode unknown = json(post(http, "two", FAST.replace("SPEED.SPEED", "steer_ang")));
            assertEquals("SIGNAL_UNKNOWN", unknown.get("code").textValue());
            assertTrue(unknown.get("candidates").size() > 0, unknown.toString());
            JsonNode ambiguous = json(post(http, "two", FAST.replace("SPEED.SPEED", "CHECKSUM")));
            assertEquals("SIGNAL_AMBIGUOUS", ambiguous.get("code").textValue());
            assertTrue(ambiguous.get("candidates").size() > 1, ambiguous.toString());
            assertEquals(400, post(http, "No Id", FAST).status());
            assertEquals(403, post(rig.http(), "two", FAST).status());
            Http narrowed = rig.http(WRITER + ",vin=" + VIN);
            assertEquals(
                    "OUTSIDE_CLAIM", json(post(narrowed, "two", FAST)).get("code").textValue());
            JsonNode list = json(rig.http().get(RULES));
            assertEquals(1, list.get("items").size());
            assertEquals(
                    "can0.SPEED.SPEED",
                    list.at("/items/0/signals/SPEED.SPEED").textValue(),
                    list.toString());
            assertEquals(0, json(rig.http("other,telemetry:read").get(RULES)).get("items").size());
            assertEquals(404, rig.http("other,telemetry:read").get(RULES + "/one").status());
            for (int i = 1; i < Rules.MAX_OF_A_TENANT; i++) {
                assertEquals(201, post(http, "more-" + i, FAST).status());
            }
            assertEquals("CONFLICT", json(post(http, "two", FAST)).get("code").textValue());
            JsonNode first = json(http.get(RULES + "?limit=150"));
            assertEquals(150, first.get("items").size());
            JsonNode rest =
                    json(http.get(RULES + "?limit=150&cursor=" + first.get("next").textValue()));
            assertEquals(50, rest.get("items").size());
            assertEquals("one", rest.at("/items/49/id").textValue());
        }
    }

    @Test
    void theDocumentAndTheRoutesAreEqual() {
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            List<String> documented =
                    rig.process().rest().documents().merged().operations().stream()
                            .filter(of -> isOurs(of.path()))
                            .map(of -> of.method() + " " + of.path() + " " + of.scope())
                            .sorted()
                            .toList();
            List<String> routes =
                    rig.process().rest().routes().stream()
                            .filter(of -> isOurs(of.path()))
                            .map(of ->
                                    of.method()
                                            + " "
                                            + of.path()
                                            + " "
                                            + (of.scope() == null ? null : of.scope().text()))
                            .sorted()
                            .toList();
            assertEquals(String.join("\n", routes), String.join("\n", documented));
            assertEquals(9, routes.size());
            JsonNode json = rig.process().rest().documents().merged().json();
            for (String reference : json.findValuesAsText("$ref")) {
                assertTrue(!json.at(reference.substring(1)).isMissingNode(), reference);
            }
        }
    }

    private static boolean isOurs(String path) {
        return path.startsWith(RULES) || path.startsWith(ALERTS);
    }

    private static void publish(TelemetryRig rig) throws IOException {
        TestCatalogue catalogue =
                TestCatalogue.of(
                        "toyota-rav4",
                        BusSource.of(
                                "can0",
                                Matching.EXACT,
                                "pt.dbc",
                                Files.readAllBytes(
                                        TestData.path("toyota/toyota_new_mc_pt_generated.dbc"))),
                        BusSource.of(
                                "can1",
                                Matching.EXACT,
                                "adas.dbc",
                                Files.readAllBytes(TestData.path("toyota/toyota_adas.dbc"))));
        rig.publish(catalogue);
        rig.publish(VIN, "acme", catalogue.ref());
    }

    private static List<Batch> drive() throws IOException {
        List<Batch> batches = new ArrayList<>();
        TestBatch batch = null;
        long fromUs = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path("toyota/log.gz"))) {
            while (log.next()) {
                if (batch == null || log.timeUs() >= fromUs + BATCH_US) {
                    if (batch != null) {
                        batches.add(new Batch(batch.bytes(), fromUs));
                    }
                    fromUs = log.timeUs();
                    batch = TestBatch.of(BOOT, batches.size() + 1L, fromUs);
                }
                batch.frame(
                        log.timeUs(), log.bus(), log.id(), log.flags(), log.data(), log.length());
            }
        }
        if (batch != null) {
            batches.add(new Batch(batch.bytes(), fromUs));
        }
        return batches;
    }

    /** Returns how many. */
    private static int send(TelemetryRig rig, List<Batch> drive, long fromUs, long toUs) {
        int sent = 0;
        for (Batch batch : drive) {
            if (batch.fromUs() >= fromUs && batch.fromUs() < toUs) {
                rig.batch(VIN, batch.bytes(), batch.fromUs() + BATCH_US);
                sent++;
            }
        }
        rig.flush();
        return sent;
    }

    /** Returns the ETag. The registry's facts may be a moment late. */
    private static String addRule(Http http, String id, String definition) {
        Http.Response added =
                Eventually.within(LIMIT)
                        .value(
                                "the rule is taken",
                                () -> post(http, id, definition),
                                response -> response.status() == 201);
        return added.headers().firstValue("ETag").orElseThrow();
    }

    private static Http.Response post(Http http, String id, String definition) {
        return http.post(RULES, "{\"id\":\"%s\",\"definition\":%s}".formatted(id, definition));
    }

    private static HttpResponse<String> put(TelemetryRig rig, String etag, String definition)
            throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(rig.base() + RULES + "/fast"))
                        .header("Authorization", "Bearer " + WRITER)
                        .header("Content-Type", "application/json")
                        .header("If-Match", etag)
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"definition\":" + definition + "}"))
                        .build();
        try {
            return rig.http().client().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The instance applies the rule to what is sent from now on. */
    private static void heard(TelemetryRig rig) {
        Eventually.within(LIMIT)
                .that(
                        "the rule is in use",
                        () ->
                                rig.admin()
                                        .get("/metrics")
                                        .body()
                                        .contains("telemetry_rules_in_use 1.0"));
    }

    private static void stored(TelemetryRig rig, int batches) {
        Eventually.within(LIMIT)
                .value(
                        "batches",
                        () ->
                                json(rig.http().get("/api/v1/vehicles/" + VIN + "/intake"))
                                        .at("/items/0/batches")
                                        .intValue(),
                        count -> count == batches);
    }

    private static JsonNode alerts(TelemetryRig rig, String query) {
        return json(rig.http().get(ALERTS + "?vin=" + VIN + query)).get("items");
    }

    private static List<Step> told(TelemetryRig rig) {
        List<Step> steps = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : rig.records(Topic.TELEMETRY_ALERTS)) {
            JsonNode event = Json.tree(record.value());
            assertEquals("acme", TelemetryRig.header(record, Headers.TENANT));
            assertEquals(
                    "driveline.alert."
                            + event.get("step").textValue().toLowerCase(java.util.Locale.ROOT),
                    TelemetryRig.header(record, Headers.EVENT_TYPE));
            steps.add(stepOf(event));
        }
        return steps;
    }

    private static List<Step> stepsOf(JsonNode steps) {
        List<Step> all = new ArrayList<>();
        steps.forEach(step -> all.add(stepOf(step)));
        return all;
    }

    private static Step stepOf(JsonNode step) {
        return new Step(
                step.get("alert").textValue(),
                step.get("step").textValue(),
                micros(step.get("at")));
    }

    private static JsonNode dryRun(Http http, String what) {
        Http.Response response =
                http.post(
                        RULES + ":dry-run",
                        "{\"vin\":\"%s\",\"from\":\"2018-08-02T00:00:00Z\",\"to\":\"2018-08-03T00:00:00Z\",%s}"
                                .formatted(VIN, what));
        assertEquals(200, response.status(), response.body());
        return json(response);
    }

    private static long micros(JsonNode time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time.textValue()));
    }

    private static JsonNode json(Http.Response response) {
        return Json.read(response.body(), JsonNode.class);
    }
}
