package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.contract.registry.Grant;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who changed what, what happened to a vehicle, what it may use, who may do what with it. */
final class GovernanceIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final AtomicInteger NEXT = new AtomicInteger(3000);

    /** Within what is kept. */
    private final Instant recent =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(3_600);

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    private final int number = NEXT.incrementAndGet();
    private final Vin vin = Vin.of("WDRV0TESTGVR1" + number);
    private final String model = "model-" + number;
    private final String path = "/api/v1/vehicles/" + vin;

    @BeforeEach
    void aVehicle() {
        assertEquals(201, addModel(model).status());
        assertEquals(201, addVehicle(vin, model).status());
    }

    // Audit.

    @Test
    void everyChangeIsWrittenDownWithItsActorAndWhatDiffers() {
        Reply changed =
                rig.call(
                        "demo",
                        "PATCH",
                        path,
                        "{\"state\":\"SUSPENDED\",\"labels\":{\"a\":\"1\"}}");
        assertEquals(200, changed.status(), changed.json().toString());
        List<JsonNode> entries = audit("?vin=" + vin);
        assertEquals(2, entries.size(), entries.toString());
        JsonNode added = entries.getFirst();
        assertEquals("ADDED", added.path("change").asText());
        assertEquals("tester", added.path("actor").asText());
        assertEquals("vehicle", added.path("kind").asText());
        assertEquals(vin.value(), added.path("subject").asText());
        assertEquals(model, added.path("after").path("model").asText());
        JsonNode second = entries.getLast();
        assertEquals("CHANGED", second.path("change").asText());
        assertEquals("PRODUCED", second.path("before").path("state").asText());
        assertEquals("SUSPENDED", second.path("after").path("state").asText());
        assertFalse(second.path("after").has("model"), "what stays the same is not repeated");
        assertFalse(second.path("after").has("version"), second.toString());
    }

    @Test
    void theAuditIsTheTenantsAndTheTokensOwn() {
        assertEquals(List.of(), auditOf("other", "?vin=" + vin));
        assertEquals(1, auditOf("demo//" + vin, "").size());
        Reply outside =
                rig.call("demo//WDRV0TESTGVR10001", "GET", "/api/v1/audit/registry?vin=" + vin, "");
        assertEquals(403, outside.status());
        assertEquals(
                403, rig.call("demo/registry:read", "GET", "/api/v1/audit/registry", "").status());
    }

    @Test
    void theAuditComesInPagesAndByKind() {
        for (int i = 0; i < 5; i++) {
            rig.call("demo", "PATCH", path, "{\"labels\":{\"round\":\"" + i + "\"}}");
        }
        List<String> rounds = new ArrayList<>();
        String next = "";
        do {
            Reply page =
                    rig.get(
                            "/api/v1/audit/registry?limit=2&kind=vehicle&vin="
                                    + vin
                                    + "&cursor="
                                    + next);
            page.json()
                    .path("items")
                    .forEach(entry ->
                            rounds.add(entry.path("after").path("labels").path("round").asText()));
            next = page.json().path("next").asText("");
        } while (!next.isEmpty() && !next.equals("null"));
        assertEquals(List.of("", "0", "1", "2", "3", "4"), rounds);
        assertEquals(400, rig.get("/api/v1/audit/registry?cursor=x").status());
    }

    @Test
    void nobodyChangesTheAuditNotEvenBySql() {
        assertThrows(RuntimeException.class, () -> rig.sql("UPDATE audit SET actor = 'nobody'"));
        assertThrows(RuntimeException.class, () -> rig.sql("DELETE FROM audit"));
        assertThrows(RuntimeException.class, () -> rig.sql("TRUNCATE audit"));
        assertEquals(1, audit("?vin=" + vin).size());
    }

    // Timeline.

    @Test
    void theTimelineTellsTheLatestFirstAndWhetherItIsConnected() {
        Instant at = recent;
        rig.event(vin, EventTypes.CODES_HEARD, at, Map.of("codes", List.of()));
        rig.event(vin, EventTypes.SESSION_OPENED, at, Map.of("session", "s1"));
        rig.event(vin, EventTypes.SESSION_OPENED, at.plusSeconds(10), Map.of("session", "s2"));
        rig.event(
                vin,
                EventTypes.SESSION_CLOSED,
                at.plusSeconds(11),
                Map.of("session", "s1", "cause", "TAKEN_OVER"));
        rig.event(vin, "vehicle.sleep", at.plusSeconds(12), Map.of());
        Eventually.within(LIMIT).that("three events", () -> timeline("").size() == 3);
        assertEquals(
                List.of(
                        EventTypes.SESSION_CLOSED,
                        EventTypes.SESSION_OPENED,
                        EventTypes.SESSION_OPENED),
                timeline("").stream().map(event -> event.path("type").asText()).toList());
        assertEquals(2, timeline("?type=" + EventTypes.SESSION_OPENED).size());
        assertEquals(1, timeline("?from=" + at + "&to=" + at.plusSeconds(10)).size());
        JsonNode connection = rig.get(path + "/connection").json();
        assertTrue(connection.path("online").asBoolean(), "s2 lives, though s1's end came later");
        assertEquals("s2", connection.path("opened").path("data").path("session").asText());
        rig.event(vin, EventTypes.SESSION_CLOSED, at.plusSeconds(20), Map.of("session", "s2"));
        rig.event(
                vin,
                EventTypes.ACCESS_REFUSED,
                at.plusSeconds(21),
                Map.of("reason", "DATE", "why", "it ended"));
        Eventually.within(LIMIT)
                .that(
                        "it is offline",
                        () -> !rig.get(path + "/connection").json().path("online").asBoolean());
        Eventually.within(LIMIT)
                .that(
                        "the refusal is told",
                        () ->
                                rig.get(path + "/connection")
                                        .json()
                                        .path("refused")
                                        .path("data")
                                        .path("reason")
                                        .asText()
                                        .equals("DATE"));
    }

    /** A vehicle's clock may say anything: it stands where it was received. */
    @Test
    void whatAVehicleSaysOfItsSecurityIsInTheTimeline() {
        rig.event(
                vin,
                EventTypes.SIGNED_REFUSED,
                Instant.parse("2038-01-19T03:14:07Z"),
                Map.of("v", 1, "data", Map.of("code", "REPLAY", "counter", 7)));
        Eventually.within(LIMIT).that("the event", () -> timeline("").size() == 1);
        JsonNode event = timeline("?to=" + Instant.now().plusSeconds(60)).getFirst();
        assertEquals(EventTypes.SIGNED_REFUSED, event.path("type").asText());
        assertEquals("REPLAY", event.path("data").path("code").asText());
    }

    @Test
    void aTimelineIsReadInPagesAndOnceThoughItsEventsComeTwice() {
        Instant at = recent;
        for (int i = 0; i < 7; i++) {
            rig.event(vin, EventTypes.TRACE_STARTED, at.plusSeconds(i / 2), Map.of("n", i));
            rig.repeatLastEvent();
        }
        Eventually.within(LIMIT).that("seven events", () -> timeline("").size() == 7);
        List<Integer> seen = new ArrayList<>();
        String next = "";
        do {
            Reply page = rig.get(path + "/timeline?limit=3&cursor=" + next);
            assertEquals(200, page.status(), page.json().toString());
            page.json()
                    .path("items")
                    .forEach(event -> seen.add(event.path("data").path("n").asInt()));
            next = page.json().path("next").asText("");
        } while (!next.isEmpty() && !next.equals("null"));
        assertEquals(7, seen.size());
        assertEquals(7, seen.stream().distinct().count());
        assertEquals(400, rig.get(path + "/timeline?cursor=nonsense").status());
        assertEquals(404, rig.call("other", "GET", path + "/timeline", "").status());
        assertEquals(404, rig.call("other", "GET", path + "/connection", "").status());
    }

    // Access rules.

    @Test
    void aRuleForAModelHoldsForItsVehiclesAndThoseThatJoinIt() {
        String key = "acl/vehicle/" + vin + "/PUBLISH/DENY/v1/${vin}/up/can";
        Reply added = addRule("MODEL", model, "PUBLISH", "DENY", "v1/${vin}/up/can");
        assertEquals(201, added.status(), added.json().toString());
        Eventually.within(LIMIT).that("told", () -> states(key).equals(List.of(State.IN_FORCE)));
        Vin later = Vin.of("WDRV0TESTGVR2" + number);
        addVehicle(later, model);
        String laterKey = key.replace(vin.value(), later.value());
        Eventually.within(LIMIT)
                .that("told of it too", () -> states(laterKey).equals(List.of(State.IN_FORCE)));
        addModel(model + "-b");
        assertEquals(
                200,
                rig.call(
                                "demo",
                                "PATCH",
                                "/api/v1/vehicles/" + later,
                                "{\"model\":\"" + model + "-b\"}")
                        .status());
        Eventually.within(LIMIT)
                .that(
                        "no more",
                        () -> states(laterKey).equals(List.of(State.IN_FORCE, State.REMOVED)));
        assertEquals(204, rig.call("demo", "DELETE", added.header("Location"), "").status());
        Eventually.within(LIMIT)
                .that("gone", () -> states(key).equals(List.of(State.IN_FORCE, State.REMOVED)));
        assertEquals(404, rig.get(added.header("Location")).status());
    }

    @Test
    void whatTwoRulesSayStaysWhenOneOfThemGoes() {
        String key = "acl/vehicle/" + vin + "/SUBSCRIBE/DENY/v1/${vin}/down/files";
        Reply ofModel = addRule("MODEL", model, "SUBSCRIBE", "DENY", "v1/${vin}/down/files");
        Reply ofVin = addRule("VIN", vin.value(), "SUBSCRIBE", "DENY", "v1/${vin}/down/files");
        assertEquals(201, ofVin.status(), ofVin.json().toString());
        assertEquals(
                409,
                addRule("VIN", vin.value(), "SUBSCRIBE", "DENY", "v1/${vin}/down/files").status());
        rig.call("demo", "DELETE", ofModel.header("Location"), "");
        rig.call("demo", "DELETE", ofVin.header("Location"), "");
        Eventually.within(LIMIT)
                .that(
                        "told once each way",
                        () -> states(key).equals(List.of(State.IN_FORCE, State.REMOVED)));
    }

    @Test
    void theDryRunSaysWhichRuleDecides() {
        String can = "v1/" + vin + "/up/can";
        assertVerdict(true, "TEMPLATE", can);
        assertVerdict(false, "TEMPLATE", "v1/WDRV0TESTGVR10001/up/can");
        assertVerdict(false, "TEMPLATE", "v1/" + vin + "/up/nothing");
        String id =
                addRule("MODEL", model, "PUBLISH", "DENY", "v1/+/up/can")
                        .json()
                        .path("id")
                        .asText();
        JsonNode denied = assertVerdict(false, "VEHICLE", can);
        assertEquals(id, denied.path("rules").path(0).path("id").asText());
        assertEquals(404, evaluate("other", can).status());
        assertEquals(403, evaluate("demo//WDRV0TESTGVR10001", can).status());
    }

    @Test
    void aRuleThatCannotBeIsRefusedWithItsReason() {
        assertEquals(400, addRule("VIN", vin.value(), "PUBLISH", "DENY", "v1/#/can").status());
        assertEquals(400, addRule("VIN", vin.value(), "PUBLISH", "ALLOW", "v1/+/up/can").status());
        assertEquals(
                400, addRule("PLANET", "earth", "PUBLISH", "DENY", "v1/${vin}/up/can").status());
        assertEquals(
                404,
                addRule("VIN", "WDRV0TESTGVR10001", "PUBLISH", "DENY", "v1/${vin}/up/can")
                        .status());
        assertEquals(404, addRule("MODEL", "none", "PUBLISH", "DENY", "v1/${vin}/up/can").status());
        assertEquals(404, rig.get("/api/v1/access-rules/no-uuid").status());
    }

    @Test
    void aVehiclesOwnLimitsAreToldAndTakenAway() {
        assertEquals(404, rig.get(path + "/limits").status());
        String body = "{\"messagesPerS\":5,\"bytesPerS\":4096,\"reason\":\"a loose contact\"}";
        assertEquals(200, rig.call("demo", "PUT", path + "/limits", body).status());
        assertEquals(5, rig.get(path + "/limits").json().path("messagesPerS").asInt());
        assertEquals(
                400, rig.call("demo", "PUT", path + "/limits", body.replace("5", "0")).status());
        assertEquals(404, rig.call("other", "PUT", path + "/limits", body).status());
        assertEquals(204, rig.call("demo", "DELETE", path + "/limits", "").status());
        assertEquals(404, rig.call("demo", "DELETE", path + "/limits", "").status());
        Eventually.within(LIMIT)
                .that(
                        "told",
                        () ->
                                states("limits/" + vin)
                                        .equals(List.of(State.IN_FORCE, State.REMOVED)));
        AccessRule.VehicleLimits told =
                (AccessRule.VehicleLimits) rig.rules("limits/" + vin).getFirst();
        assertEquals(4096, told.bytesPerS());
    }

    // Grants.

    @Test
    void aGrantIsToldAndEndsWithTheOwner() {
        Reply first = addGrant("owner-" + number, "[\"telemetry:read\",\"commands:send\"]");
        assertEquals(201, first.status(), first.json().toString());
        Reply second = addGrant("child-" + number, "[\"telemetry:read\"]");
        assertEquals(204, rig.call("demo", "DELETE", second.header("Location"), "").status());
        Reply change = rig.post(path + ":change-owner", "{\"reason\":\"sold\"}");
        assertEquals(1, change.json().path("grantsEnded").asInt(), change.json().toString());
        JsonNode ended = rig.get(first.header("Location")).json();
        assertEquals("sold", ended.path("endReason").asText());
        Eventually.within(LIMIT).that("four records", () -> grants().size() == 4);
        List<Grant> ofFirst =
                grants().stream().filter(grant -> grant.subject().startsWith("owner")).toList();
        assertTrue(ofFirst.getFirst().holdsAt(Instant.now()));
        assertFalse(ofFirst.getLast().holdsAt(Instant.now()));
        assertTrue(ofFirst.getLast().version() > ofFirst.getFirst().version());
        assertEquals(2, rig.get(path + "/grants").json().path("items").size());
    }

    @Test
    void aPersonMayDoWhatWasGrantedAndNothingElse() {
        String person = "~owner-" + number;
        Vin another = Vin.of("WDRV0TESTGVR3" + number);
        addVehicle(another, model);
        assertEquals(403, rig.call(person, "GET", path, "").status());
        assertEquals(0, items(rig.call(person, "GET", "/api/v1/vehicles", "")).size());
        Reply grant = addGrant(person.substring(1), "[\"registry:read\"]");
        Eventually.within(LIMIT)
                .that("granted", () -> rig.call(person, "GET", path, "").status() == 200);
        assertEquals(1, items(rig.call(person, "GET", "/api/v1/vehicles", "")).size());
        assertEquals(403, rig.call(person, "GET", "/api/v1/vehicles/" + another, "").status());
        rig.call("demo", "DELETE", grant.header("Location"), "");
        Eventually.within(LIMIT)
                .that("ended", () -> rig.call(person, "GET", path, "").status() == 403);
        addGrant(person.substring(1), "[\"telemetry:read\"]");
        Eventually.within(LIMIT).that("told", () -> grants().size() == 3);
        assertEquals(403, rig.call(person, "GET", path, "").status(), "another scope");
    }

    @Test
    void aGrantThatCannotBeIsRefused() {
        assertEquals(400, addGrant("p", "[]").status());
        assertEquals(400, addGrant("p", "[\"admin\"]").status());
        assertEquals(
                400,
                rig.post(
                                path + "/grants",
                                "{\"subject\":\"p\",\"scopes\":[\"telemetry:read\"],\"purpose\":\"x\",\"until\":\"2020-01-01T00:00:00Z\"}")
                        .status());
        assertEquals(404, rig.call("other", "GET", path + "/grants", "").status());
        assertEquals(
                404,
                rig.call("other", "POST", path + ":change-owner", "{\"reason\":\"x\"}").status());
        assertEquals(404, rig.get(path + "/grants/none").status());
    }

    // Republication.

    @Test
    void everythingIsToldAnewOnRequest() {
        addRule("VIN", vin.value(), "PUBLISH", "DENY", "v1/${vin}/up/can");
        addGrant("p", "[\"telemetry:read\"]");
        String rule = "acl/vehicle/" + vin + "/PUBLISH/DENY/v1/${vin}/up/can";
        Eventually.within(LIMIT)
                .that("told", () -> states(rule).size() == 1 && grants().size() == 1);
        int facts = facts();
        assertEquals(
                403,
                rig.call("demo/registry:write", "POST", "/api/v1/registry:republish", "").status());
        assertEquals(204, rig.post("/api/v1/registry:republish", "").status());
        Eventually.within(LIMIT)
                .that(
                        "told again",
                        () ->
                                states(rule).equals(List.of(State.IN_FORCE, State.IN_FORCE))
                                        && grants().size() == 2
                                        && facts() == facts + 1);
        List<AccessRule> rules = rig.rules(rule);
        assertTrue(rules.getLast().version() > rules.getFirst().version());
        assertTrue(grants().getLast().version() > grants().getFirst().version());
    }

    private int facts() {
        return (int)
                rig.records(Topic.REGISTRY_VEHICLES).stream()
                        .filter(record -> RegistryRig.keyOf(record).equals(vin.value()))
                        .count();
    }

    private Reply addModel(String id) {
        return rig.post("/api/v1/models", "{\"id\":\"" + id + "\",\"name\":\"" + id + "\"}");
    }

    private Reply addVehicle(Vin which, String of) {
        return rig.post("/api/v1/vehicles", "{\"vin\":\"" + which + "\",\"model\":\"" + of + "\"}");
    }

    private Reply addRule(
            String scope, String subject, String action, String effect, String filter) {
        return rig.post(
                "/api/v1/access-rules",
                Json.text(
                        Map.of(
                                "scope", scope, "subject", subject, "action", action, "effect",
                                effect, "filter", filter, "reason", "a test")));
    }

    private Reply addGrant(String subject, String scopes) {
        return rig.post(
                path + "/grants",
                "{\"subject\":\"%s\",\"scopes\":%s,\"purpose\":\"a test\",\"until\":\"%s\"}"
                        .formatted(subject, scopes, Instant.now().plusSeconds(3_600)));
    }

    private Reply evaluate(String token, String topic) {
        return rig.call(
                token,
                "POST",
                "/api/v1/access-rules:evaluate",
                Json.text(Map.of("vin", vin.value(), "action", "PUBLISH", "topic", topic)));
    }

    private JsonNode assertVerdict(boolean allowed, String decidedBy, String topic) {
        JsonNode verdict = evaluate("demo", topic).json();
        assertEquals(allowed, verdict.path("allowed").asBoolean(), verdict.toString());
        assertEquals(decidedBy, verdict.path("decidedBy").asText(), verdict.toString());
        return verdict;
    }

    private static List<State> states(String key) {
        return rig.rules(key).stream().map(AccessRule::state).toList();
    }

    private List<Grant> grants() {
        return rig.records(Topic.REGISTRY_GRANTS).stream()
                .map(record -> Json.read(record.value(), Grant.class))
                .filter(grant -> grant.vin().equals(vin))
                .toList();
    }

    private static List<JsonNode> audit(String query) {
        return auditOf("demo", query);
    }

    private static List<JsonNode> auditOf(String token, String query) {
        return items(rig.call(token, "GET", "/api/v1/audit/registry" + query, ""));
    }

    private List<JsonNode> timeline(String query) {
        return items(rig.get(path + "/timeline" + query));
    }

    private static List<JsonNode> items(Reply reply) {
        return StreamSupport.stream(reply.json().path("items").spliterator(), false).toList();
    }
}
