package dev.driveline.command;

import static dev.driveline.command.CommandRig.json;
import static dev.driveline.command.CommandRig.ok;
import static dev.driveline.command.CommandRig.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.testkit.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may ask for what and how often, who must agree, what is held back, and what is written down.
 */
class CommandPolicyIT {

    private static final AtomicInteger NEXT = new AtomicInteger(2000);
    private static final String EVERY =
            "commands:read commands:send rollouts:write audit:read commands:send:vehicle.immobilise";
    private static final String SEATS =
            """
            {"title":"Heat a seat","domain":"seats","defaultTtlS":600,"maxTtlS":600,"resultWithinS":30,
             "parameters":{"type":"object","additionalProperties":false,"required":["seat"],
                           "properties":{"seat":{"enum":["left","right"]}}},
             "supersedes":["seats.heat"]}
            """;

    @TempDir static Path folder;
    private static CommandRig rig;

    private final Vin vin = Vin.of("WDRV0TESTPLCY" + NEXT.incrementAndGet());
    private final String tenant = "t" + NEXT.get();
    private final Http anna = rig.http(tenant + "/anna/" + EVERY);
    private final Http bert = rig.http(tenant + "/bert/" + EVERY);

    @BeforeAll
    static void start() throws Exception {
        rig = new CommandRig(folder);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void aTypeOfOnesOwnIsAddedSentAndRemoved() throws Exception {
        rig.registered(vin, tenant);
        rig.online(vin);
        String route = "/api/v1/command-types/seats.heat";
        JsonNode wrong =
                problem(
                        anna.put(route, SEATS.replace("\"seats\"", "\"Seats\"")),
                        422,
                        "COMMAND_TYPE_INVALID");
        assertTrue(wrong.path("violations").path(0).asText().startsWith("/domain"), "" + wrong);
        problem(anna.put("/api/v1/command-types/doors.lock", SEATS), 409, "ALREADY_EXISTS");
        problem(anna.put("/api/v1/command-types/seats", SEATS), 400, "INVALID_REQUEST");
        Http.Response made = anna.put(route, SEATS);
        assertEquals("\"1\"", made.headers().firstValue("ETag").orElse(""), made.body());
        assertEquals(201, made.status());
        assertEquals("Heat a seat", ok(200, anna.get(route)).at("/definition/title").asText());
        assertTrue(anna.get("/api/v1/command-types").body().contains("seats.heat"), "it is listed");
        problem(rig.http("other/x/" + EVERY).get(route), 404, "COMMAND_TYPE_UNKNOWN");

        problem(
                send(anna, "{\"type\":\"seats.heat\",\"params\":{\"seat\":\"middle\"}}"),
                422,
                "INVALID_PARAMETERS");
        JsonNode sent =
                ok(202, send(anna, "{\"type\":\"seats.heat\",\"params\":{\"seat\":\"left\"}}"));
        assertEquals(600, sent.path("ttlS").asInt());
        rig.downlink(sent.path("id").asText());
        problem(
                send(
                        rig.http(tenant + "/carl/commands:send:horn.honk"),
                        "{\"type\":\"seats.heat\",\"params\":{\"seat\":\"left\"}}"),
                403,
                "MISSING_SCOPE");

        assertEquals(412, with("DELETE", route, "", "If-Match", "\"7\""));
        assertEquals(204, with("DELETE", route, "", "If-Match", "\"1\""));
        problem(
                send(anna, "{\"type\":\"seats.heat\",\"params\":{\"seat\":\"left\"}}"),
                404,
                "COMMAND_TYPE_UNKNOWN");
        assertEquals("\"3\"", anna.put(route, SEATS).headers().firstValue("ETag").orElse(""));
        problem(
                rig.http(tenant + "/dora/rollouts:write/" + vin).put(route, SEATS),
                403,
                "OUTSIDE_CLAIM");
    }

    @Test
    void aSecondPersonMustAgree() throws Exception {
        rig.registered(vin, tenant);
        rig.online(vin);
        String body = "{\"type\":\"vehicle.immobilise\",\"params\":{\"immobile\":true}}";
        problem(send(rig.http(tenant + "/anna/commands:send"), body), 403, "MISSING_SCOPE");
        String id = ok(202, send(anna, body)).path("id").asText();
        assertEquals("AWAITING_APPROVAL", state(id));
        problem(
                anna.post("/api/v1/commands/" + id + ":approve", "{}"),
                403,
                "SECOND_PERSON_REQUIRED");
        problem(
                rig.http(tenant + "/bert/commands:send")
                        .post("/api/v1/commands/" + id + ":approve", "{}"),
                403,
                "MISSING_SCOPE");
        assertTrue(rig.downlinks.stream().noneMatch(found -> found.id().equals(id)));
        ok(200, bert.post("/api/v1/commands/" + id + ":approve", "{\"reason\":\"stolen\"}"));
        rig.downlink(id);
        problem(bert.post("/api/v1/commands/" + id + ":approve", "{}"), 409, "CONFLICT");
        JsonNode audit = ok(200, anna.get("/api/v1/audit/commands/" + id)).path("items");
        assertEquals("anna", audit.path(0).path("actor").asText());
        assertEquals("QUEUED", audit.path(2).path("state").asText());
        assertEquals("bert", audit.path(2).path("actor").asText());
        assertEquals("stolen", audit.path(2).path("reason").asText());

        String no = ok(202, send(anna, body)).path("id").asText();
        JsonNode declined =
                ok(200, bert.post("/api/v1/commands/" + no + ":decline", "{\"reason\":\"why\"}"));
        assertEquals("REJECTED", declined.path("state").asText());
        assertEquals("DECLINED", declined.path("code").asText());
    }

    @Test
    void whatIsHeldIsRefusedAndWhatWaitsDoesNotLeave() {
        rig.registered(vin, tenant, "north");
        Vin south = Vin.of("WDRV0TESTPLCY" + NEXT.incrementAndGet());
        rig.registered(south, tenant, "south");
        String waiting = ok(202, send(anna, "{\"type\":\"doors.lock\"}")).path("id").asText();
        problem(anna.post("/api/v1/commands:hold", "{}"), 400, "INVALID_REQUEST");
        JsonNode hold =
                ok(
                        201,
                        anna.post(
                                "/api/v1/commands:hold",
                                "{\"type\":\"doors.lock\",\"fleet\":\"north\",\"reason\":\"recall 7\"}"));
        JsonNode held = problem(send(anna, "{\"type\":\"doors.lock\"}"), 423, "COMMANDS_HELD");
        assertTrue(held.path("detail").asText().contains("recall 7"), "" + held);
        assertTrue(held.path("retryable").asBoolean());
        rig.online(vin);
        rig.online(south);
        String honk = ok(202, send(anna, "{\"type\":\"horn.honk\"}")).path("id").asText();
        rig.downlink(honk);
        String other =
                ok(
                                202,
                                anna.post(
                                        "/api/v1/vehicles/" + south + "/commands",
                                        "{\"type\":\"doors.lock\"}"))
                        .path("id")
                        .asText();
        rig.downlink(other);
        assertEquals("QUEUED", state(waiting));
        String one = "/api/v1/commands:hold/" + hold.path("id").asText();
        problem(rig.http("other/x/commands:send").delete(one), 404, "HOLD_UNKNOWN");
        problem(rig.http(tenant + "/x/commands:send:doors.lock").delete(one), 403, "MISSING_SCOPE");
        JsonNode released = ok(200, bert.delete(one + "?reason=fixed"));
        assertEquals("bert", released.path("releasedBy").asText());
        rig.downlink(waiting);
        assertEquals(1, ok(200, anna.get("/api/v1/commands:hold")).path("items").size());
        List<String> lines =
                anna.get("/api/v1/audit/commands")
                        .body()
                        .lines()
                        .filter(line -> line.contains("\"kind\":\"HOLD\""))
                        .toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().contains("recall 7") && lines.getLast().contains("fixed"));
    }

    @Test
    void aWriteWithTheSameKeyIsDoneOnce() throws Exception {
        String hold = "{\"type\":\"doors.lock\",\"fleet\":\"none\",\"reason\":\"once\"}";
        String route = "/api/v1/commands:hold";
        HttpResponse<String> first = keyed("POST", route, hold, "k1");
        HttpResponse<String> again = keyed("POST", route, hold, "k1");
        assertEquals(201, first.statusCode(), first.body());
        assertEquals(201, again.statusCode());
        assertEquals(first.body(), again.body());
        assertEquals(
                first.headers().firstValue("Location"), again.headers().firstValue("Location"));
        assertEquals(1, ok(200, anna.get(route)).path("items").size());
        assertEquals(422, keyed("POST", route, hold.replace("once", "twice"), "k1").statusCode());
        assertEquals(400, keyed("POST", route, hold, "k".repeat(201)).statusCode());
        // What is refused changes nothing, and is looked at anew.
        String type = "/api/v1/command-types/seats.heat";
        assertEquals(422, keyed("PUT", type, "{}", "k2").statusCode());
        HttpResponse<String> put = keyed("PUT", type, SEATS, "k2");
        assertEquals(201, put.statusCode(), put.body());
        HttpResponse<String> same = keyed("PUT", type, SEATS, "k2");
        assertEquals(201, same.statusCode());
        assertEquals("\"1\"", same.headers().firstValue("ETag").orElse(""));
        // Another person's keys are others.
        assertEquals(
                201,
                bert.client()
                        .send(
                                request("POST", route, hold, "k1", tenant + "/bert/" + EVERY),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode());
        // Two at the same moment.
        List<CompletableFuture<HttpResponse<String>>> both =
                Stream.generate(() -> request("POST", route, hold, "k3", tenant + "/anna/" + EVERY))
                        .limit(4)
                        .map(one ->
                                anna.client().sendAsync(one, HttpResponse.BodyHandlers.ofString()))
                        .toList();
        assertEquals(1, both.stream().map(one -> one.join().body()).distinct().count());
        assertEquals(3, ok(200, anna.get(route)).path("items").size());
    }

    @Test
    void aKeyOfACommandIsNoKeyOfAnythingElse() throws Exception {
        rig.registered(vin, tenant);
        String commands = "/api/v1/vehicles/" + vin + "/commands";
        String lock = "{\"type\":\"doors.lock\"}";
        String hold = "{\"fleet\":\"none\",\"reason\":\"key\"}";
        assertEquals(202, keyed("POST", commands, lock, "first").statusCode());
        HttpResponse<String> held = keyed("POST", "/api/v1/commands:hold", hold, "first");
        assertEquals(422, held.statusCode());
        assertTrue(held.body().contains("IDEMPOTENCY_MISMATCH"), held.body());
        assertEquals(201, keyed("POST", "/api/v1/commands:hold", hold, "second").statusCode());
        HttpResponse<String> sent = keyed("POST", commands, lock, "second");
        assertEquals(422, sent.statusCode());
        assertTrue(sent.body().contains("was used for something else"), sent.body());
        assertEquals(1, ok(200, anna.get(commands)).path("items").size());
    }

    @Test
    void holdsAndTypesComeInPages() {
        for (int i = 0; i < 5; i++) {
            String made =
                    ok(
                                    201,
                                    anna.post(
                                            "/api/v1/commands:hold",
                                            "{\"fleet\":\"none\",\"reason\":\"page\"}"))
                            .path("id")
                            .asText();
            if (i % 2 == 0) {
                ok(200, anna.delete("/api/v1/commands:hold/" + made));
            }
        }
        assertEquals(
                paged("/api/v1/commands:hold", "id", 100), paged("/api/v1/commands:hold", "id", 2));
        assertEquals(5, paged("/api/v1/commands:hold", "id", 2).size());
        List<String> types = paged("/api/v1/command-types", "type", 4);
        assertEquals(paged("/api/v1/command-types", "type", 1000), types);
        assertEquals(types.stream().sorted().distinct().toList(), types);
        assertTrue(types.contains("doors.lock"));
    }

    private List<String> paged(String route, String name, int limit) {
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = ok(200, anna.get(route + "?limit=" + limit + cursor));
            page.path("items").forEach(item -> found.add(item.path(name).asText()));
            cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
        } while (!cursor.isEmpty());
        return found;
    }

    private HttpResponse<String> keyed(String method, String route, String body, String key)
            throws Exception {
        return anna.client()
                .send(
                        request(method, route, body, key, tenant + "/anna/" + EVERY),
                        HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(
            String method, String route, String body, String key, String token) {
        return HttpRequest.newBuilder(URI.create(anna.base() + route))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + token)
                .header("Idempotency-Key", key)
                .build();
    }

    /** Over half of it every command is counted, below it not every one. */
    @Test
    void aLimitThatIsNotCountedAtEveryCommandHoldsToo() {
        rig.registered(vin, tenant);
        Http owner = rig.http(tenant + "/anna/rollouts:write commands:send commands:read");
        ok(
                201,
                owner.put(
                        "/api/v1/command-types/limit.forty",
                        """
                        {"title":"Forty","domain":"limit","defaultTtlS":60,"maxTtlS":60,"resultWithinS":1,
                         "parameters":{"type":"object"},
                         "limits":{"perVehicle":600,"perCaller":40,"perTenant":60000}}
                        """));
        for (int i = 0; i < 40; i++) {
            ok(202, send(anna, "{\"type\":\"limit.forty\"}"));
        }
        JsonNode problem = problem(send(anna, "{\"type\":\"limit.forty\"}"), 429, "RATE_LIMITED");
        assertTrue(problem.path("detail").asText().contains("at most 40 of limit.forty"));
    }

    @Test
    void tooManyWithinAMinuteAreToldWhenToComeAgain() {
        rig.registered(vin, tenant);
        for (int i = 0; i < 3; i++) {
            ok(202, send(anna, "{\"type\":\"engine.start\"}"));
        }
        Http.Response refused = send(anna, "{\"type\":\"engine.start\"}");
        JsonNode problem = problem(refused, 429, "RATE_LIMITED");
        assertTrue(problem.path("detail").asText().contains("at most 3 of engine.start"));
        int wait = Integer.parseInt(refused.headers().firstValue("Retry-After").orElse("0"));
        assertTrue(wait >= 1 && wait <= 60, "" + wait);
        ok(202, send(anna, "{\"type\":\"engine.stop\"}"));
    }

    @Test
    void aLaterCommandTakesThePlaceOfOneThatWaits() {
        rig.registered(vin, tenant);
        String unlock = ok(202, send(anna, "{\"type\":\"doors.unlock\"}")).path("id").asText();
        String lock = ok(202, send(anna, "{\"type\":\"doors.lock\"}")).path("id").asText();
        JsonNode superseded = ok(200, anna.get("/api/v1/commands/" + unlock));
        assertEquals("SUPERSEDED", superseded.path("state").asText());
        assertEquals(lock, superseded.at("/result/by").asText());
        rig.online(vin);
        rig.downlink(lock);
        assertTrue(rig.downlinks.stream().noneMatch(found -> found.id().equals(unlock)));
    }

    @Test
    void aTokenForAFleetIsForItsVehicles() {
        rig.registered(vin, tenant, "north");
        Vin south = Vin.of("WDRV0TESTPLCY" + NEXT.incrementAndGet());
        rig.registered(south, tenant, "south");
        Http north = rig.http(tenant + "/nora/" + EVERY + "//north");
        ok(202, send(north, "{\"type\":\"doors.lock\"}"));
        String theirs =
                ok(
                                202,
                                anna.post(
                                        "/api/v1/vehicles/" + south + "/commands",
                                        "{\"type\":\"doors.lock\"}"))
                        .path("id")
                        .asText();
        problem(
                north.post("/api/v1/vehicles/" + south + "/commands", "{\"type\":\"doors.lock\"}"),
                403,
                "OUTSIDE_CLAIM");
        problem(north.get("/api/v1/commands/" + theirs), 404, "COMMAND_UNKNOWN");
        problem(north.delete("/api/v1/commands/" + theirs), 404, "COMMAND_UNKNOWN");
        problem(north.get("/api/v1/audit/commands"), 403, "OUTSIDE_CLAIM");
        problem(north.get("/api/v1/audit/commands?vin=" + south), 403, "OUTSIDE_CLAIM");
        assertEquals(200, north.get("/api/v1/audit/commands?vin=" + vin).status());
        problem(north.post("/api/v1/commands:hold", "{\"reason\":\"x\"}"), 403, "OUTSIDE_CLAIM");
    }

    @Test
    void whatIsChangedInTheAuditIsNamed() throws Exception {
        rig.registered(vin, tenant);
        rig.online(vin);
        String id = ok(202, send(anna, "{\"type\":\"vehicle.locate\"}")).path("id").asText();
        Downlink downlink = rig.downlink(id);
        rig.report(downlink, DownlinkReport.Outcome.DELIVERED);
        rig.awaitState(anna, id, "DELIVERED");
        rig.respond(vin, id, CommandResponse.Step.SUCCEEDED, Map.of("lat", 48.5, "lon", 9.0));
        rig.awaitState(anna, id, "SUCCEEDED");
        JsonNode whole = ok(200, anna.get("/api/v1/audit/commands:verify"));
        assertTrue(whole.path("whole").asBoolean(), "" + whole);
        assertEquals(5, whole.path("steps").asInt(), "" + whole);
        assertEquals(5, anna.get("/api/v1/audit/commands?vin=" + vin).body().lines().count());

        org.junit.jupiter.api.Assertions.assertThrows(
                java.sql.SQLException.class,
                () -> rig.sql("UPDATE audit SET actor = 'mallory' WHERE vin = '" + vin + "'"));
        tamper("UPDATE audit SET actor = 'mallory' WHERE command_id = '" + id + "' AND step = 1");
        assertFault(id, 1);
        tamper("UPDATE audit SET actor = 'anna' WHERE command_id = '" + id + "' AND step = 1");
        assertTrue(verified().path("whole").asBoolean());
        tamper("UPDATE audit SET result = '{}' WHERE command_id = '" + id + "' AND step = 5");
        assertFault(id, 5);
        tamper("DELETE FROM audit WHERE command_id = '" + id + "' AND step = 5");
        JsonNode cut = verified();
        assertFalse(cut.path("whole").asBoolean());
        assertTrue(cut.at("/faults/0/what").asText().contains("ends here"), "" + cut);
        tamper("DELETE FROM audit WHERE command_id = '" + id + "' AND step = 2");
        assertFault(id, 3);
    }

    @Test
    void whatIsKnownToBeImpossibleIsRefusedAndWhatIsUnknownIsAdvice() {
        rig.registered(vin, tenant);
        rig.pipeline.answers(vin, sample(7.5, "GOOD", Instant.now()));
        JsonNode moving = ok(202, send(anna, "{\"type\":\"doors.unlock\"}"));
        assertEquals("REJECTED", moving.path("state").asText());
        assertEquals("PRECONDITION_FAILED", moving.path("code").asText());
        assertEquals(7.5, moving.path("result").path("values").path("Vehicle.Speed").asDouble());
        assertTrue(rig.pipeline.asked(vin).contains("Vehicle.Speed"), rig.pipeline.asked(vin));
        rig.pipeline.answers(vin, sample(0, "GOOD", Instant.now()));
        assertAdvice("TRUE");
        rig.pipeline.answers(vin, sample(7.5, "GOOD", Instant.now().minusSeconds(120)));
        assertAdvice("UNKNOWN");
        rig.pipeline.answers(vin, sample(7.5, "ERROR", Instant.now()));
        assertAdvice("UNKNOWN");
        rig.pipeline.staysSilent(vin);
        assertAdvice("UNKNOWN");
    }

    private void assertAdvice(String verdict) {
        JsonNode command = ok(202, send(anna, "{\"type\":\"doors.unlock\"}"));
        assertEquals("QUEUED", command.path("state").asText());
        assertEquals(verdict, command.at("/advice/verdict").asText(), "" + command);
    }

    private static String sample(double speed, String quality, Instant at) {
        return """
        {"items":[{"signal":"can0.MOTION.SPEED","t":%d,"phys":%s,"quality":"%s",
                   "vss":{"path":"Vehicle.Speed","value":%s,"unit":"km/h"}}]}
        """
                .formatted(at.toEpochMilli() * 1_000, speed, quality, speed);
    }

    @Test
    void aSleepingVehicleIsWokenAsOftenAsItsBatteryMayBe() {
        rig.registered(vin, tenant);
        String early = ok(202, send(anna, "{\"type\":\"horn.honk\"}")).path("id").asText();
        assertEquals("QUEUED", state(early));
        rig.sleeps(vin, "SMS");
        rig.awaitState(anna, early, "WAKING");
        awaitSpacing();
        String second = ok(202, send(anna, "{\"type\":\"doors.lock\"}")).path("id").asText();
        rig.awaitState(anna, second, "WAKING");
        CommandRig.SOON.that("it was woken twice", () -> wakeUps() == 2);
        awaitSpacing();
        String third = ok(202, send(anna, "{\"type\":\"vehicle.locate\"}")).path("id").asText();
        rig.online(vin);
        rig.downlink(third);
        rig.downlink(early);
        assertFalse(
                ok(200, anna.get("/api/v1/audit/commands/" + third)).toString().contains("WAKING"));
        assertEquals(2, wakeUps());

        Vin deaf = Vin.of("WDRV0TESTPLCY" + NEXT.incrementAndGet());
        rig.registered(deaf, tenant);
        rig.sleeps(deaf, "NONE");
        String path = "/api/v1/vehicles/" + deaf + "/commands";
        String id = ok(202, anna.post(path, "{\"type\":\"doors.lock\"}")).path("id").asText();
        rig.online(deaf);
        rig.downlink(id);
        assertTrue(rig.pipeline.woken().stream().noneMatch(body -> body.contains(deaf.value())));
    }

    private static void awaitSpacing() {
        Instant over = Instant.now().plus(CommandRig.WAKE_SPACING);
        CommandRig.SOON.that("it may be woken again", () -> Instant.now().isAfter(over));
    }

    private long wakeUps() {
        return rig.pipeline.woken().stream().filter(body -> body.contains(vin.value())).count();
    }

    @Test
    void anErasedVehicleIsAPseudonymInAnAuditThatStillHolds() {
        rig.registered(vin, tenant);
        String id = ok(202, send(anna, "{\"type\":\"vehicle.locate\"}")).path("id").asText();
        Vin pseudonym = Vin.of(Erasure.PREFIX + "000000" + NEXT.get());
        rig.send(
                Topic.REGISTRY_ERASURES,
                null,
                vin.value(),
                "",
                new Erasure(pseudonym, vin, Instant.now(), Instant.now().plusSeconds(60)));
        CommandRig.SOON.that(
                "the command is gone", () -> anna.get("/api/v1/commands/" + id).status() == 404);
        problem(send(anna, "{\"type\":\"doors.lock\"}"), 404, "VEHICLE_UNKNOWN");
        String lines = anna.get("/api/v1/audit/commands").body();
        assertFalse(lines.contains(vin.value()), lines);
        assertEquals(2, lines.lines().filter(line -> line.contains(pseudonym.value())).count());
        assertTrue(verified().path("whole").asBoolean());
    }

    private JsonNode verified() {
        return ok(200, anna.get("/api/v1/audit/commands:verify"));
    }

    private void assertFault(String id, int step) {
        JsonNode report = verified();
        assertFalse(report.path("whole").asBoolean());
        assertEquals(id, report.at("/faults/0/subject").asText(), "" + report);
        assertEquals(step, report.at("/faults/0/step").asInt(), "" + report);
    }

    /** By one who owns the database. */
    private static void tamper(String statement) throws Exception {
        rig.sql(
                "ALTER TABLE audit DISABLE TRIGGER audit_keeps",
                statement,
                "ALTER TABLE audit ENABLE TRIGGER audit_keeps");
    }

    private Http.Response send(Http by, String body) {
        return by.post("/api/v1/vehicles/" + vin + "/commands", body);
    }

    private String state(String id) {
        return json(anna.get("/api/v1/commands/" + id)).path("state").asText();
    }

    private int with(String method, String path, String body, String header, String value)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(anna.base() + path))
                        .header("Authorization", "Bearer " + anna.token())
                        .header(header, value)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return anna.client().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }
}
