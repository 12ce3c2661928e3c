package dev.driveline.command;

import static dev.driveline.command.CommandRig.SOON;
import static dev.driveline.command.CommandRig.json;
import static dev.driveline.command.CommandRig.ok;
import static dev.driveline.command.CommandRig.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.StandInReceiver.Heard;
import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.AlertStep;
import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.testkit.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants are told of commands and alerts, for certain, by somebody they can know. */
class WebhookIT {

    private static final Vin VIN = Vin.of("WDRV0TESTAPXC5001");

    @TempDir static Path folder;
    private static CommandRig rig;
    private static StandInReceiver receiver;
    private static Http acme;

    @BeforeAll
    static void start() throws Exception {
        rig = new CommandRig(folder);
        receiver = new StandInReceiver();
        rig.registered(VIN, "acme");
        acme = rig.http("acme/anna/rollouts:write commands:read commands:send telemetry:read");
    }

    @AfterAll
    static void stop() {
        rig.close();
        receiver.close();
    }

    @Test
    void aCommandsStepsComeSignedEachOnceAsTheyAreAskedFor() {
        JsonNode all = added("/all", "command");
        JsonNode last = added("/last", "command.cancelled");
        String id = cancelled();
        SOON.that("the last step", () -> receiver.at("/last").size() == 1);
        Heard told = receiver.at("/last").getFirst();
        assertTrue(told.signedBy(last.path("secret").asText()));
        assertFalse(told.signedBy(all.path("secret").asText()));
        JsonNode event = told.json();
        assertEquals("1.0", event.path("specversion").asText());
        assertEquals(told.event(), event.path("id").asText());
        assertEquals("driveline.command.step", event.path("type").asText());
        assertEquals(VIN.value(), event.path("subject").asText());
        assertEquals(id, event.at("/data/id").asText());
        assertEquals("CANCELLED", event.at("/data/state").asText());
        SOON.that(
                "all steps",
                () -> statesAt("/all", id).equals(List.of("ACCEPTED", "CANCELLED", "QUEUED")));
        SOON.that("it is kept as told", () -> deliveries(last, "DELIVERED").size() == 1);
        JsonNode known = ok(200, acme.get(one(last)));
        assertEquals(0, known.path("pending").asInt());
        JsonNode delivery = deliveries(last, "DELIVERED").get(0);
        assertEquals(204, delivery.path("status").asInt());
        assertEquals(1, delivery.path("attempts").asInt());
    }

    @Test
    void whatIsNotTakenIsTriedAgainAndThenADeadLetterThatCanBeReplayed() {
        receiver.answers("/broken", 500);
        JsonNode hook = added("/broken", "command.accepted");
        String id = cancelled();
        SOON.that("dead", () -> deliveries(hook, "DEAD").size() == 1);
        List<Heard> tries = receiver.at("/broken");
        assertEquals(2, tries.size());
        assertEquals(
                1, tries.stream().map(Heard::event).distinct().count(), "the same id in each try");
        assertEquals("2", tries.getLast().headers().get("Driveline-attempt"));
        JsonNode dead = deliveries(hook, "DEAD").get(0);
        assertEquals("it answered 500, not 2xx", dead.path("problem").asText());
        receiver.answers("/broken", 200);
        assertEquals(1, ok(202, post(one(hook) + "/deliveries:replay")).path("replayed").asInt());
        SOON.that("delivered", () -> deliveries(hook, "DELIVERED").size() == 1);
        assertEquals(id, receiver.at("/broken").getLast().json().at("/data/id").asText());
        String number = deliveries(hook, "DELIVERED").get(0).path("number").asText();
        ok(202, post(one(hook) + "/deliveries/" + number + ":replay"));
        SOON.that("told again", () -> receiver.at("/broken").size() == 4);
        problem(post(one(hook) + "/deliveries/999999:replay"), 404, "DELIVERY_UNKNOWN");
    }

    @Test
    void alertsAreToldToTheirTenantOnly() {
        JsonNode _ = added("/alerts", "alert.raised");
        Http other = rig.http("other/otto/rollouts:write telemetry:read");
        ok(201, other.post("/api/v1/webhooks", wish("/others", "alert")));
        alert(AlertStep.RAISED, "acme");
        alert(AlertStep.CLEARED, "acme");
        alert(AlertStep.RAISED, "other");
        SOON.that("both are told", () -> receiver.at("/others").size() == 1);
        SOON.that("both are told", () -> receiver.at("/alerts").size() == 1);
        JsonNode event = receiver.at("/alerts").getFirst().json();
        assertEquals("driveline.alert.raised", event.path("type").asText());
        assertEquals("acme", event.at("/data/tenant").asText());
        assertEquals("other", receiver.at("/others").getFirst().json().at("/data/tenant").asText());
    }

    @Test
    void theSameRecordAgainIsToldOnce() {
        JsonNode hook = added("/once", "alert.updated");
        AlertEvent event = event(AlertStep.UPDATED, "acme");
        rig.alert("once-1", event);
        rig.alert("once-1", event);
        rig.alert("once-2", event);
        SOON.that("both events", () -> receiver.at("/once").size() == 2);
        SOON.that("both are kept as told", () -> deliveries(hook, "DELIVERED").size() == 2);
        assertEquals(2, receiver.at("/once").size());
    }

    @Test
    void whoIsGoneIsToldNothingMoreUntilItIsSwitchedOnAgain() {
        receiver.answers("/gone", 410);
        JsonNode hook = added("/gone", "command.accepted");
        String _ = cancelled();
        SOON.that(
                "it is stopped",
                () -> !json(acme.get(one(hook))).at("/webhook/active").asBoolean(true));
        assertEquals(
                "its receiver answered 410 Gone",
                json(acme.get(one(hook))).at("/webhook/stopped").asText());
        problem(post(one(hook) + ":test"), 409, "CONFLICT");
        assertTrue(
                rig.http("acme/auditor/audit:read")
                        .get("/api/v1/audit/commands")
                        .body()
                        .lines()
                        .anyMatch(step ->
                                step.contains("STOPPED")
                                        && step.contains("driveline")
                                        && step.contains("410 Gone")));
        receiver.answers("/gone", 200);
        JsonNode changed = ok(200, acme.put(one(hook), wish("/gone", "command.accepted")));
        assertTrue(changed.at("/webhook/active").asBoolean());
        assertTrue(changed.at("/webhook/stopped").isMissingNode());
        String event = ok(202, post(one(hook) + ":test")).path("event").asText();
        SOON.that(
                "the test arrives",
                () -> receiver.at("/gone").stream().anyMatch(heard -> heard.event().equals(event)));
    }

    @Test
    void forADayBothSecretsSign() {
        JsonNode hook = added("/rotated", "command.accepted");
        String former = hook.path("secret").asText();
        String next = ok(200, post(one(hook) + ":rotate-secret")).path("secret").asText();
        assertNotEquals(former, next);
        ok(202, post(one(hook) + ":test"));
        SOON.that("the test arrives", () -> receiver.at("/rotated").size() == 1);
        Heard heard = receiver.at("/rotated").getFirst();
        assertTrue(heard.signedBy(former) && heard.signedBy(next));
        assertFalse(acme.get(one(hook)).body().contains("whsec_"));
    }

    @Test
    void whoReadsTheDatabaseCannotSign() throws Exception {
        String wish = wish("/sealed", "command.accepted");
        JsonNode hook = addedWithKey(wish, "one-webhook");
        JsonNode again = addedWithKey(wish, "one-webhook");
        String secret = hook.path("secret").asText();
        assertEquals(secret, again.path("secret").asText());
        String id = hook.at("/webhook/id").asText();
        String row = rig.read("SELECT secret FROM webhook WHERE id = '" + id + "'").getFirst();
        assertTrue(row.startsWith("sealed_"), row);
        assertEquals(
                List.of("f"),
                rig.read(
                        "SELECT position('whsec_'::bytea IN body) > 0 FROM idempotent_answer"
                                + " WHERE key = 'one-webhook'"));
        ok(202, post(one(hook) + ":test"));
        SOON.that("the test arrives", () -> receiver.at("/sealed").size() == 1);
        assertTrue(receiver.at("/sealed").getFirst().signedBy(secret));
        JsonNode other = added("/copied", "command.accepted");
        rig.sql(
                "UPDATE webhook SET secret = '%s' WHERE id = '%s'"
                        .formatted(row, other.at("/webhook/id").asText()));
        ok(202, post(one(other) + ":test"));
        SOON.that(
                "it is stopped",
                () ->
                        json(acme.get(one(other)))
                                .at("/webhook/stopped")
                                .asText()
                                .contains("does not open"));
        assertEquals(List.of(), receiver.at("/copied"));
        ok(200, post(one(other) + ":rotate-secret"));
        ok(200, acme.put(one(other), wish("/copied", "command.accepted")));
        ok(202, post(one(other) + ":test"));
        SOON.that("it is told again", () -> receiver.at("/copied").size() == 1);
    }

    @Test
    void whatCannotBeToldIsRefused() {
        String all = "/api/v1/webhooks";
        assertTrue(
                problem(acme.post(all, wish("/x", "command.unheard")), 400, "INVALID_REQUEST")
                        .path("detail")
                        .asText()
                        .contains("command.unheard"));
        problem(acme.post(all, "{\"url\":\"http://a/b\",\"events\":[]}"), 400, "INVALID_REQUEST");
        problem(
                acme.post(all, "{\"url\":\"ftp://a/b\",\"events\":[\"alert\"]}"),
                400,
                "INVALID_REQUEST");
        problem(
                rig.http("acme/anna/rollouts:write commands:read")
                        .post(all, wish("/x", "command", "alert")),
                403,
                "MISSING_SCOPE");
        problem(
                rig.http("acme/anna/rollouts:write commands:read/" + VIN)
                        .post(all, wish("/x", "command")),
                403,
                "OUTSIDE_CLAIM");
        JsonNode hook = added("/changed", "command");
        ok(204, acme.delete(one(hook)));
        problem(acme.get(one(hook)), 404, "WEBHOOK_UNKNOWN");
    }

    private static JsonNode added(String path, String... events) {
        return ok(201, acme.post("/api/v1/webhooks", wish(path, events)));
    }

    private static JsonNode addedWithKey(String wish, String key) throws Exception {
        HttpResponse<String> answer =
                acme.client()
                        .send(
                                HttpRequest.newBuilder(URI.create(acme.base() + "/api/v1/webhooks"))
                                        .POST(HttpRequest.BodyPublishers.ofString(wish))
                                        .header("Authorization", "Bearer " + acme.token())
                                        .header("Idempotency-Key", key)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        assertEquals(201, answer.statusCode(), answer.body());
        return json(new Http.Response(201, answer.headers(), answer.body()));
    }

    private static String wish(String path, String... events) {
        return "{\"url\":\"%s\",\"events\":[\"%s\"]}"
                .formatted(receiver.url(path), String.join("\",\"", events));
    }

    private static String one(JsonNode hook) {
        return "/api/v1/webhooks/" + hook.at("/webhook/id").asText();
    }

    private static Http.Response post(String path) {
        return acme.send("POST", path, null, "application/json");
    }

    private static JsonNode deliveries(JsonNode hook, String state) {
        return json(acme.get(one(hook) + "/deliveries?state=" + state)).path("items");
    }

    private static String cancelled() {
        String id =
                ok(
                                202,
                                acme.post(
                                        "/api/v1/vehicles/" + VIN + "/commands",
                                        "{\"type\":\"lights.flash\",\"ttlS\":60}"))
                        .path("id")
                        .asText();
        ok(200, acme.delete("/api/v1/commands/" + id));
        return id;
    }

    private static List<String> statesAt(String path, String command) {
        return receiver.at(path).stream()
                .map(Heard::json)
                .filter(event -> event.at("/data/id").asText().equals(command))
                .map(event -> event.at("/data/state").asText())
                .sorted()
                .collect(Collectors.toList());
    }

    private static void alert(AlertStep step, String tenant) {
        rig.alert(UUID.randomUUID().toString(), event(step, tenant));
    }

    private static AlertEvent event(AlertStep step, String tenant) {
        return new AlertEvent(
                1,
                UUID.randomUUID(),
                TenantId.of(tenant),
                VIN,
                "too-fast",
                1,
                "Too fast",
                Severity.WARNING,
                step,
                Instant.now(),
                Instant.now(),
                Map.of("speed", 61.0),
                null);
    }
}
