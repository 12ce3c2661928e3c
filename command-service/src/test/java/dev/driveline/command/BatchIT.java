package dev.driveline.command;

import static dev.driveline.command.CommandRig.json;
import static dev.driveline.command.CommandRig.ok;
import static dev.driveline.command.CommandRig.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.audit.AuditCheck;
import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One command for many vehicles: who gets it, how fast, who must agree, and when it stops. */
class BatchIT {

    private static final AtomicInteger NEXT = new AtomicInteger(1000);
    private static final String EVERY =
            "commands:read commands:send rollouts:write audit:read commands:send:vehicle.immobilise";
    private static final String ALL = "/api/v1/commands:batch";

    @TempDir static Path folder;
    private static CommandRig rig;

    private final String tenant = "b" + NEXT.get();
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
    void aSelectedFleetGetsTheCommandOnceEachAndIsCounted() throws IOException {
        List<Vin> north = vehicles(4, "north");
        List<Vin> south = vehicles(2, "south");
        north.forEach(rig::online);
        String id =
                make(
                        "{\"type\":\"doors.lock\",\"ttlS\":600,\"reason\":\"recall 7\",\"select\":{\"fleets\":[\"north\"]}}");
        assertEquals(4, batch(id).at("/counts/WAITING").asInt());
        assertEquals("RUNNING", state(anna.post(ALL + "/" + id + ":start", "{}")));
        Map<Vin, Downlink> out = new HashMap<>();
        for (Vin vin : north) {
            Downlink downlink = downlinkFor(vin);
            out.put(vin, downlink);
            rig.report(downlink, Outcome.DELIVERED);
        }
        rig.respond(north.get(0), out.get(north.get(0)).id(), Step.SUCCEEDED, Map.of("a", 1));
        rig.respond(north.get(1), out.get(north.get(1)).id(), Step.SUCCEEDED, Map.of());
        rig.respond(north.get(2), out.get(north.get(2)).id(), Step.FAILED, Map.of());
        rig.respond(north.get(3), out.get(north.get(3)).id(), Step.REJECTED, Map.of());
        JsonNode done = await(id, found -> found.path("state").asText().equals("ENDED"));
        assertEquals("COMPLETED", done.path("end").asText());
        assertEquals(2, done.at("/counts/SUCCEEDED").asInt(), "" + done);
        assertEquals(1, done.at("/counts/FAILED").asInt());
        assertEquals(1, done.at("/counts/REJECTED").asInt());
        assertEquals(4, done.at("/counts/total").asInt());
        assertTrue(
                rig.process()
                                .metrics()
                                .counter("command.batch.vehicles", "outcome", "SUCCEEDED")
                                .count()
                        >= 2);
        CommandRig.SOON.that(
                "events name their batch",
                () ->
                        rig.events.stream()
                                        .filter(event -> event.path("batch").asText().equals(id))
                                        .filter(event ->
                                                event.path("state").asText().equals("SUCCEEDED"))
                                        .count()
                                == 2);
        for (Vin vin : south) {
            assertTrue(rig.downlinks.stream().noneMatch(found -> found.vin().equals(vin)));
        }
        List<JsonNode> rows = lines(anna.get(ALL + "/" + id + "/vehicles"));
        assertEquals(4, rows.size());
        assertEquals(1, rows.getFirst().at("/result/a").asInt());
        String csv = anna.get(ALL + "/" + id + "/vehicles?format=csv&state=FAILED").body();
        assertEquals(2, csv.lines().count(), csv);
        assertTrue(csv.contains(north.get(2) + ",FAILED,"), csv);
        JsonNode command =
                json(anna.get("/api/v1/commands/" + rows.getFirst().path("command").asText()));
        assertEquals(id, command.path("batch").asText());
        assertTrue(command.path("background").asBoolean());
        List<JsonNode> audit = lines(anna.get("/api/v1/audit/commands"));
        List<String> steps =
                audit.stream()
                        .filter(step -> step.path("kind").asText().equals("BATCH"))
                        .map(step ->
                                step.path("state").asText() + " " + step.path("actor").asText())
                        .toList();
        assertEquals(List.of("CREATED anna", "RUNNING anna", "ENDED driveline"), steps);
        assertEquals(
                4,
                audit.stream()
                        .filter(step ->
                                step.path("kind").asText().equals("COMMAND")
                                        && step.path("batch").asText().equals(id)
                                        && step.path("state").asText().equals("ACCEPTED")
                                        && step.path("reason").asText().equals("recall 7")
                                        && step.path("actor").asText().equals("anna"))
                        .count());
        assertTrue(ok(200, anna.get("/api/v1/audit/commands:verify")).path("whole").asBoolean());
        Path export = folder.resolve("audit-" + tenant);
        Files.writeString(export, anna.get("/api/v1/audit/commands").body());
        assertEquals(0, AuditCheck.execute(export.toString()));
        problem(anna.post(ALL + "/" + id + ":abort", "{}"), 409, "CONFLICT");
    }

    @Test
    void aListIsTakenInLineByLineAndAgain() {
        List<Vin> mine = vehicles(3);
        Vin foreign = Vin.of("WDRV0TESTBTCH" + NEXT.incrementAndGet());
        rig.registered(foreign, "other");
        String id = make("{\"type\":\"doors.lock\"}");
        problem(anna.post(ALL + "/" + id + ":start", "{}"), 409, "CONFLICT");
        String list = "vin\n" + mine.get(0) + "\nnone\n" + foreign + "\n" + mine.get(1) + "\n";
        List<JsonNode> told = upload(id, list, "text/csv");
        assertEquals(3, told.size(), "" + told);
        assertEquals(3, told.get(0).at("/refused/line").asInt());
        assertEquals("INVALID_VIN", told.get(0).at("/refused/code").asText());
        assertEquals(4, told.get(1).at("/refused/line").asInt());
        assertEquals("VEHICLE_UNKNOWN", told.get(1).at("/refused/code").asText());
        assertEquals(2, told.get(2).at("/summary/added").asInt());
        String again = "{\"vin\":\"" + mine.get(1) + "\"}\n\"" + mine.get(2) + "\"\n";
        JsonNode summary = upload(id, again, "application/x-ndjson").getLast().path("summary");
        assertEquals(1, summary.path("added").asInt());
        assertEquals(1, summary.path("again").asInt());
        assertEquals(3, summary.path("total").asInt());
        problem(
                anna.send("POST", ALL + "/" + id + "/vehicles", "x", "text/plain"),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
        ok(200, anna.post(ALL + "/" + id + ":start", "{}"));
        assertEquals(
                "CONFLICT", upload(id, list, "text/csv").getLast().at("/problem/code").asText());
        problem(rig.http("other/x/" + EVERY).get(ALL + "/" + id), 404, "BATCH_UNKNOWN");
        JsonNode listed = ok(200, anna.get(ALL + "?limit=1"));
        assertEquals(id, listed.at("/items/0/id").asText());
        assertFalse(
                anna.get(ALL + "?limit=1&cursor=" + listed.path("next").asText())
                        .body()
                        .contains(id));
    }

    @Test
    void aTokenForSomeVehiclesReachesNoOthers() {
        List<Vin> mine = vehicles(3, "north");
        Http narrow = rig.http(tenant + "/nora/" + EVERY + "/" + mine.get(0));
        JsonNode made = ok(201, narrow.post(ALL, "{\"type\":\"doors.lock\",\"select\":{}}"));
        assertEquals(1, made.at("/counts/total").asInt());
        String id = make("{\"type\":\"doors.lock\",\"select\":{}}");
        assertEquals(3, batch(id).at("/counts/total").asInt());
        problem(narrow.get(ALL + "/" + id), 404, "BATCH_UNKNOWN");
        problem(
                rig.http(tenant + "/x/commands:send:horn.honk")
                        .post(ALL, "{\"type\":\"doors.lock\"}"),
                403,
                "MISSING_SCOPE");
        problem(
                rig.http(tenant + "/x/commands:send:horn.honk")
                        .post(ALL + "/" + id + ":start", "{}"),
                403,
                "MISSING_SCOPE");
        problem(
                anna.post(ALL, "{\"type\":\"charge.limit\",\"params\":{\"x\":1}}"),
                422,
                "INVALID_PARAMETERS");
        problem(
                anna.post(ALL, "{\"type\":\"doors.lock\",\"perSecond\":0}"),
                400,
                "INVALID_REQUEST");
        problem(
                anna.post(ALL, "{\"type\":\"doors.lock\",\"stop\":{\"share\":2}}"),
                400,
                "INVALID_REQUEST");
        // A fleet's token, whose vehicle leaves the fleet before its turn.
        Http fleet = rig.http(tenant + "/nora/" + EVERY + "//north");
        String left =
                ok(201, fleet.post(ALL, "{\"type\":\"doors.lock\",\"select\":{}}"))
                        .path("id")
                        .asText();
        rig.registered(2, mine.get(1), tenant, "south");
        ok(200, fleet.post(ALL + "/" + left + ":start", "{}"));
        await(left, found -> found.at("/counts/REFUSED").asInt() == 1);
        assertEquals(
                "OUTSIDE_CLAIM",
                lines(anna.get(ALL + "/" + left + "/vehicles?state=REFUSED"))
                        .getFirst()
                        .path("code")
                        .asText());
    }

    @Test
    void manyVehiclesTakeASecondPerson() {
        List<Vin> many = vehicles(CommandRig.APPROVAL_OVER + 1);
        String id = make("{\"type\":\"doors.lock\",\"select\":{},\"perSecond\":1000}");
        assertEquals("AWAITING_APPROVAL", state(anna.post(ALL + "/" + id + ":start", "{}")));
        problem(anna.post(ALL + "/" + id + ":approve", "{}"), 403, "SECOND_PERSON_REQUIRED");
        problem(anna.post(ALL + "/" + id + ":resume", "{}"), 409, "CONFLICT");
        JsonNode approved = ok(200, bert.post(ALL + "/" + id + ":approve", "{\"reason\":\"yes\"}"));
        assertEquals("RUNNING", approved.path("state").asText());
        assertEquals("bert", approved.path("approvedBy").asText());
        await(id, found -> found.at("/counts/UNDERWAY").asInt() == many.size());
        ok(200, bert.post(ALL + "/" + id + ":abort", "{}"));
        // None of them is online: all can be taken back.
        JsonNode done = await(id, found -> found.path("state").asText().equals("ENDED"));
        assertEquals(many.size(), done.at("/counts/CANCELLED").asInt(), "" + done);
        assertEquals("ABORTED", done.path("end").asText());

        String immobile =
                make(
                        "{\"type\":\"vehicle.immobilise\",\"params\":{\"immobile\":true},\"select\":{\"fleets\":[\"x\"]}}");
        problem(anna.post(ALL + "/" + immobile + ":start", "{}"), 409, "CONFLICT");
        Vin one = vehicles(1, "x").getFirst();
        String again =
                make(
                        "{\"type\":\"vehicle.immobilise\",\"params\":{\"immobile\":true},\"select\":{\"fleets\":[\"x\"]}}");
        assertEquals("AWAITING_APPROVAL", state(anna.post(ALL + "/" + again + ":start", "{}")));
        assertEquals("ENDING", state(bert.post(ALL + "/" + again + ":decline", "{}")));
        assertEquals(
                "DECLINED",
                await(again, found -> found.path("state").asText().equals("ENDED"))
                        .path("end")
                        .asText());
        assertTrue(rig.downlinks.stream().noneMatch(found -> found.vin().equals(one)));
    }

    @Test
    void itHaltsOnFailuresAndGoesOnWhenToldTo() {
        List<Vin> north = vehicles(5, "north");
        north.forEach(rig::online);
        String id =
                make(
                        "{\"type\":\"doors.lock\",\"ttlS\":600,\"concurrency\":1,\"stop\":{\"failures\":2},\"select\":{}}");
        ok(200, anna.post(ALL + "/" + id + ":start", "{}"));
        for (int failed = 0; failed < 2; failed++) {
            Downlink out = nextOf(id, north, failed);
            rig.report(out, Outcome.DELIVERED);
            rig.respond(out.vin(), out.id(), Step.FAILED, Map.of());
        }
        JsonNode halted = await(id, found -> found.path("state").asText().equals("HALTED"));
        assertEquals("2 failures, stop.failures is 2", halted.path("why").asText());
        assertEquals(3, halted.at("/counts/WAITING").asInt());
        assertEquals("RUNNING", state(anna.post(ALL + "/" + id + ":resume", "{}")));
        Downlink third = nextOf(id, north, 2);
        assertEquals("PAUSED", state(anna.post(ALL + "/" + id + ":pause", "{}")));
        rig.report(third, Outcome.DELIVERED);
        rig.respond(third.vin(), third.id(), Step.SUCCEEDED, Map.of());
        await(id, found -> found.at("/counts/SUCCEEDED").asInt() == 1);
        assertEquals(3, sentOf(north).size());
        ok(200, anna.post(ALL + "/" + id + ":resume", "{}"));
        nextOf(id, north, 3);
        assertEquals(4, sentOf(north).size());
        ok(200, anna.post(ALL + "/" + id + ":abort", "{}"));
        JsonNode aborted = await(id, found -> found.at("/counts/CANCELLED").asInt() == 1);
        assertEquals("ENDING", aborted.path("state").asText());
    }

    @Test
    void whatIsHeldWaitsAndALateResultMovesTheCounts() throws Exception {
        Vin vin = vehicles(1, "north").getFirst();
        rig.online(vin);
        String hold =
                ok(201, anna.post("/api/v1/commands:hold", "{\"reason\":\"wait\"}"))
                        .path("id")
                        .asText();
        String id = make("{\"type\":\"doors.lock\",\"ttlS\":600,\"select\":{}}");
        ok(200, anna.post(ALL + "/" + id + ":start", "{}"));
        await(id, found -> found.path("waitsFor").asText().equals("COMMANDS_HELD"));
        assertEquals(1, batch(id).at("/counts/WAITING").asInt());
        ok(200, anna.delete("/api/v1/commands:hold/" + hold));
        Downlink out = downlinkFor(vin);
        rig.report(out, Outcome.DELIVERED);
        rig.respond(vin, out.id(), Step.UNKNOWN, Map.of());
        await(id, found -> found.at("/counts/OUTCOME_UNKNOWN").asInt() == 1);
        rig.respond(vin, out.id(), Step.SUCCEEDED, Map.of());
        rig.awaitState(anna, out.id(), "SUCCEEDED");
        // Batches that are over are looked at once a minute.
        rig.sql("UPDATE batch SET due_at = now() WHERE id = '" + id + "'");
        JsonNode late = await(id, found -> found.at("/counts/SUCCEEDED").asInt() == 1);
        assertEquals(0, late.at("/counts/OUTCOME_UNKNOWN").asInt());
        assertTrue(
                lines(anna.get(ALL + "/" + id + "/vehicles")).getFirst().path("late").asBoolean());
    }

    @Test
    void aBatchWhoseTypeIsGoneWaitsAndCanBeStopped() {
        vehicles(1, "north");
        String type = "/api/v1/command-types/seats.heat";
        String definition =
                """
                {"title":"Heat","domain":"seats","defaultTtlS":60,"maxTtlS":60,"resultWithinS":30,
                 "parameters":{"type":"object"}}
                """;
        ok(201, anna.put(type, definition));
        String id = make("{\"type\":\"seats.heat\",\"select\":{}}");
        ok(204, anna.delete(type));
        problem(anna.post(ALL + "/" + id + ":start", "{}"), 404, "COMMAND_TYPE_UNKNOWN");
        ok(200, anna.put(type, definition));
        String hold =
                ok(201, anna.post("/api/v1/commands:hold", "{\"reason\":\"wait\"}"))
                        .path("id")
                        .asText();
        ok(200, anna.post(ALL + "/" + id + ":start", "{}"));
        ok(204, anna.delete(type));
        await(id, found -> found.path("waitsFor").asText().equals("COMMAND_TYPE_UNKNOWN"));
        problem(
                rig.http(tenant + "/x/commands:send:seats.heat")
                        .post(ALL + "/" + id + ":abort", "{}"),
                403,
                "MISSING_SCOPE");
        ok(200, anna.post(ALL + "/" + id + ":abort", "{}"));
        await(id, found -> found.at("/counts/CANCELLED").asInt() == 1);
        ok(200, anna.delete("/api/v1/commands:hold/" + hold));
    }

    @Test
    void whatAKilledInstanceLeftGoesOn() throws Exception {
        List<Vin> north = vehicles(2, "north");
        north.forEach(rig::online);
        String id = make("{\"type\":\"doors.lock\",\"ttlS\":600,\"select\":{}}");
        // As if one had taken both up, given a command to none, and died.
        rig.sql(
                "UPDATE batch_vehicle SET state = 'UNDERWAY' WHERE batch = '" + id + "'",
                "UPDATE batch SET state = 'RUNNING', waiting = 0, underway = 2, due_at = now(),"
                        + " busy_until = now() + interval '1 second' WHERE id = '"
                        + id
                        + "'");
        for (Vin vin : north) {
            Downlink out = downlinkFor(vin);
            rig.report(out, Outcome.DELIVERED);
            rig.respond(vin, out.id(), Step.SUCCEEDED, Map.of());
        }
        JsonNode done = await(id, found -> found.path("state").asText().equals("ENDED"));
        assertEquals(2, done.at("/counts/SUCCEEDED").asInt());
        assertEquals(2, sentOf(north).size());
    }

    private List<Vin> vehicles(int many, String... fleets) {
        List<Vin> vins = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            Vin vin = Vin.of("WDRV0TESTBTCH" + NEXT.incrementAndGet());
            rig.registered(vin, tenant, fleets);
            vins.add(vin);
        }
        return vins;
    }

    private String make(String body) {
        return ok(201, anna.post(ALL, body)).path("id").asText();
    }

    private JsonNode batch(String id) {
        return ok(200, anna.get(ALL + "/" + id));
    }

    private JsonNode await(String id, Predicate<JsonNode> as) {
        return CommandRig.SOON.value("the batch", () -> batch(id), as);
    }

    private static String state(Http.Response answer) {
        return ok(200, answer).path("state").asText();
    }

    private List<JsonNode> upload(String id, String list, String type) {
        return lines(anna.send("POST", ALL + "/" + id + "/vehicles", list, type));
    }

    private static List<JsonNode> lines(Http.Response answer) {
        assertEquals(200, answer.status(), answer.body());
        return answer.body().lines().map(line -> Json.read(line, JsonNode.class)).toList();
    }

    private static Downlink downlinkFor(Vin vin) {
        return CommandRig.SOON.value(
                "downlink for " + vin,
                () ->
                        rig.downlinks.stream()
                                .filter(found -> found.vin().equals(vin))
                                .findFirst()
                                .orElse(null),
                found -> found != null);
    }

    /** Those to which something went out, in order. */
    private static List<Downlink> sentOf(List<Vin> vins) {
        return rig.downlinks.stream()
                .filter(found -> vins.contains(found.vin()))
                .collect(
                        Collectors.toMap(
                                Downlink::id,
                                found -> found,
                                (first, again) -> again,
                                LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }

    private static Downlink nextOf(String id, List<Vin> vins, int before) {
        return CommandRig.SOON
                .value(
                        "the next command of " + id,
                        () -> sentOf(vins),
                        sent -> sent.size() > before)
                .get(before);
    }
}
