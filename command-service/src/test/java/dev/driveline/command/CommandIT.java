package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.config.ConfigDocument;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestKafka;
import dev.driveline.testkit.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with real Kafka and PostgreSQL; the test plays gateway and vehicle. */
class CommandIT {

    private static final TenantId TENANT = TenantId.of("acme");
    private static final int SLOT = 1;
    private static final AtomicInteger NEXT = new AtomicInteger(1000);

    @TempDir static Path folder;
    private static KafkaConfig kafka;
    private static DatabaseConfig database;
    private static KafkaProducer<byte[], byte[]> producer;
    private static ServiceProcess process;
    private static Http http;
    private static final TestRoot ROOT = new TestRoot();
    private static final KeyPair KEYS = TestCa.newKeys();
    private static CommandConfig.Keys keys;
    private static final RunId RUN = new RunId(77);
    private static final List<Downlink> DOWNLINKS = new CopyOnWriteArrayList<>();
    private static TailReader downlinkTap;

    private final Vin vin = Vin.of("WDRV0TESTCMND" + NEXT.incrementAndGet());
    private SessionId session = new SessionId(vin.hashCode());

    @BeforeAll
    static void start() throws Exception {
        kafka =
                KafkaConfig.single(
                        TestKafka.bootstrap(), new TopicPrefix(TestKafka.freshPrefix()), 3);
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        database = new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 8);
        keys = ROOT.writeTo(folder, "command-1", KEYS);
        producer = new KafkaProducer<>(kafka.producer("test"));
        startService();
        downlinkTap =
                TailReader.start(
                        "tap",
                        kafka.consumer("tap"),
                        kafka.prefix().of(Topic.GATEWAY_DOWNLINK),
                        IntStream.range(0, 3).boxed().toList(),
                        TailReader.From.BEGINNING,
                        record -> DOWNLINKS.add(Json.read(record.value(), Downlink.class)));
        heartbeat(RUN);
    }

    @AfterAll
    static void stop() {
        downlinkTap.close();
        process.close();
        producer.close();
    }

    private static void startService() {
        process =
                ServiceProcess.start(
                        ServiceProcess.ProcessConfig.onFreePorts(),
                        CommandIT::caller,
                        Clock.systemUTC());
        CommandService.start(new CommandConfig(kafka, database, keys), process);
        process.open();
        http = Http.at("http://127.0.0.1:" + process.rest().port()).bearer("all");
    }

    /** Tokens of the test: the scopes they stand for, separated by commas. */
    private static Caller caller(String token) {
        Set<String> all =
                Arrays.stream(Scope.values()).map(Scope::text).collect(Collectors.toSet());
        return new Caller(
                "tester",
                "app",
                TENANT,
                token.equals("all") ? all : Set.of(token.split(",")),
                null);
    }

    @Test
    void anOnlineVehicleGetsItAtOnceAndEveryStepIsTold() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        JsonNode accepted = send("{\"type\":\"doors.lock\",\"reason\":\"left open\"}", 202);
        String id = accepted.path("id").asText();
        Downlink downlink = downlink(id);
        assertEquals(session, downlink.session());
        CommandEnvelope envelope = envelope(downlink);
        assertEquals("doors.lock", envelope.type());
        assertEquals(vin, envelope.vin());
        assertEquals(id, envelope.id().toString());
        report(downlink, DownlinkReport.Outcome.SENT);
        report(downlink, DownlinkReport.Outcome.DELIVERED);
        // Reports and replies are different topics: nothing orders the one before the other.
        awaitState(id, "DELIVERED");
        respond(id, CommandResponse.Step.ACKNOWLEDGED, null);
        respond(id, CommandResponse.Step.EXECUTING, null);
        respond(id, CommandResponse.Step.SUCCEEDED, Map.of("locked", true));
        JsonNode ended = awaitState(id, "SUCCEEDED");
        assertTrue(ended.path("result").path("locked").asBoolean());
        JsonNode audit = json(http.get("/api/v1/audit/commands/" + id)).path("items");
        assertEquals(
                List.of(
                        "ACCEPTED",
                        "QUEUED",
                        "DISPATCHED",
                        "SENT",
                        "DELIVERED",
                        "ACKNOWLEDGED",
                        "EXECUTING",
                        "SUCCEEDED"),
                audit.findValuesAsText("state"));
        assertEquals("tester", audit.get(0).path("actor").asText());
        assertEquals("app", audit.get(0).path("app").asText());
        assertEquals("left open", audit.get(0).path("reason").asText());
        assertEquals("command-1", audit.get(0).path("keyId").asText());
        String stream = http.get("/api/v1/commands/" + id + "/stream").body();
        assertEquals(8, stream.split("event: step", -1).length - 1, stream);
    }

    @Test
    void anOfflineVehicleGetsItWhenItComes() throws Exception {
        registered();
        String id =
                send("{\"type\":\"climate.start\",\"params\":{\"targetC\":21.5},\"ttlS\":600}", 202)
                        .path("id")
                        .asText();
        assertEquals("QUEUED", state(id));
        online(Set.of());
        online(Set.of(DownTopic.COMMANDS));
        assertEquals(21.5, envelope(downlink(id)).params().get("targetC"));
    }

    @Test
    void whatIsNotAcknowledgedGoesToTheNextSessionWithTheSameId() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        String id = send("{\"type\":\"doors.lock\",\"ttlS\":600}", 202).path("id").asText();
        Downlink first = downlink(id);
        report(first, DownlinkReport.Outcome.SENT);
        offline();
        session = new SessionId(session.bits() + 1);
        online(Set.of(DownTopic.COMMANDS));
        Downlink second = downlink(id);
        assertEquals(first.payload(), second.payload());
        assertEquals("SENT", state(id));
    }

    @Test
    void aBusyGatewayIsAskedAgain() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        String id = send("{\"type\":\"doors.lock\"}", 202).path("id").asText();
        Downlink first = downlink(id);
        report(first, DownlinkReport.Outcome.BUSY);
        Eventually.within(Duration.ofSeconds(10))
                .that(
                        "a second attempt",
                        () ->
                                DOWNLINKS.stream().filter(found -> found.id().equals(id)).count()
                                        == 2);
    }

    @Test
    void oneOfADomainIsInFlightAndTheOthersWaitInOrder() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        String unlock = send("{\"type\":\"doors.unlock\"}", 202).path("id").asText();
        Downlink first = downlink(unlock);
        String lock = send("{\"type\":\"doors.lock\"}", 202).path("id").asText();
        String honk = send("{\"type\":\"horn.honk\"}", 202).path("id").asText();
        downlink(honk);
        assertEquals("QUEUED", state(lock));
        report(first, DownlinkReport.Outcome.DELIVERED);
        respond(unlock, CommandResponse.Step.FAILED, null);
        downlink(lock);
        assertTrue(envelope(downlink(lock)).counter() > envelope(first).counter());
    }

    @Test
    void whatCanLeaveLeavesWithTheCommitThatMadeItReady() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        String honk = send("{\"type\":\"horn.honk\"}", 202).path("id").asText();
        downlink(honk);
        // By now the service knows that the vehicle listens.
        JsonNode unlock = send("{\"type\":\"doors.unlock\"}", 202);
        assertEquals("DISPATCHED", unlock.path("state").asText());
        Map<String, String> first = times(unlock.path("id").asText());
        assertEquals(first.get("ACCEPTED"), first.get("DISPATCHED"));

        JsonNode lock = send("{\"type\":\"doors.lock\"}", 202);
        assertEquals("QUEUED", lock.path("state").asText());
        respond(unlock.path("id").asText(), CommandResponse.Step.SUCCEEDED, null);
        downlink(lock.path("id").asText());
        assertEquals(
                times(unlock.path("id").asText()).get("SUCCEEDED"),
                times(lock.path("id").asText()).get("DISPATCHED"));
    }

    /** When the steps of a command were made. */
    private static Map<String, String> times(String id) throws Exception {
        Map<String, String> times = new LinkedHashMap<>();
        json(http.get("/api/v1/audit/commands/" + id))
                .path("items")
                .forEach(step -> times.put(step.path("state").asText(), step.path("at").asText()));
        return times;
    }

    @Test
    void aReplyThatCannotBeReadKeepsNoneOfTheOthersBack() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        String id = send("{\"type\":\"doors.unlock\"}", 202).path("id").asText();
        downlink(id);
        respond(id, CommandResponse.Step.EXECUTING, null);
        reply(vin, "responses", Map.of("v", "not a response"));
        respond(id, CommandResponse.Step.SUCCEEDED, null);
        awaitState(id, "SUCCEEDED");
        assertTrue(times(id).containsKey("EXECUTING"));
    }

    @Test
    void anExpiredCommandOfAnAbsentVehicleWasCertainlyNotExecuted() throws Exception {
        registered();
        String id = send("{\"type\":\"doors.lock\",\"ttlS\":1}", 202).path("id").asText();
        awaitState(id, "EXPIRED");
        online(Set.of(DownTopic.COMMANDS));
        String after = send("{\"type\":\"horn.honk\"}", 202).path("id").asText();
        downlink(after);
        assertTrue(DOWNLINKS.stream().noneMatch(found -> found.id().equals(id)));
    }

    @Test
    void whatWaitsCanBeTakenBackAndWhatIsOutCannot() throws Exception {
        registered();
        String waiting = send("{\"type\":\"doors.lock\"}", 202).path("id").asText();
        assertEquals(
                "CANCELLED",
                json(http.delete("/api/v1/commands/" + waiting)).path("state").asText());
        online(Set.of(DownTopic.COMMANDS));
        String out = send("{\"type\":\"doors.lock\"}", 202).path("id").asText();
        downlink(out);
        assertEquals(409, http.delete("/api/v1/commands/" + out).status());
    }

    @Test
    void anAnswerFromAnotherVehicleDoesNotCount() throws Exception {
        registered();
        online(Set.of(DownTopic.COMMANDS));
        String id = send("{\"type\":\"doors.lock\"}", 202).path("id").asText();
        report(downlink(id), DownlinkReport.Outcome.DELIVERED);
        awaitState(id, "DELIVERED");
        Vin other = Vin.of("WDRV0TESTCMND0001");
        reply(other, "responses", response(id, CommandResponse.Step.SUCCEEDED, null));
        respond(id, CommandResponse.Step.EXECUTING, null);
        awaitState(id, "EXECUTING");
    }

    @Test
    void theSameKeyIsTheSameCommand() throws Exception {
        registered();
        Map<String, String> key = Map.of("Idempotency-Key", "k-" + vin);
        Http.Response first = request("POST", path(), "{\"type\":\"doors.lock\"}", key);
        Http.Response second = request("POST", path(), "{\"type\":\"doors.lock\"}", key);
        Http.Response other = request("POST", path(), "{\"type\":\"doors.unlock\"}", key);
        assertEquals(json(first).path("id"), json(second).path("id"));
        assertEquals(422, other.status());
        assertEquals("IDEMPOTENCY_MISMATCH", json(other).path("code").asText());
    }

    @Test
    void badInputIsNamed() throws Exception {
        registered();
        problem(
                http.post(path(), "{\"type\":\"doors.open\"}"),
                404,
                "COMMAND_TYPE_UNKNOWN",
                "doors.open");
        problem(
                http.post(path(), "{\"type\":\"climate.start\",\"params\":{\"targetC\":99}}"),
                422,
                "INVALID_PARAMETERS",
                "targetC");
        problem(
                http.post(path(), "{\"type\":\"doors.lock\",\"ttlS\":100000}"),
                422,
                "INVALID_PARAMETERS",
                "100000");
        problem(http.post(path(), "{\"type\":"), 400, "INVALID_REQUEST", "line 1");
        problem(
                http.post(
                        "/api/v1/vehicles/WDRV0TESTCMND9999/commands", "{\"type\":\"doors.lock\"}"),
                404,
                "VEHICLE_UNKNOWN",
                "WDRV0TESTCMND9999");
        problem(
                http.post("/api/v1/vehicles/NOVIN/commands", "{\"type\":\"doors.lock\"}"),
                400,
                "INVALID_VIN",
                "NOVIN");
        problem(
                http.bearer("commands:read").post(path(), "{\"type\":\"doors.lock\"}"),
                403,
                "MISSING_SCOPE",
                "commands:send");
        problem(
                http.bearer("commands:send:horn.honk").post(path(), "{\"type\":\"doors.lock\"}"),
                403,
                "MISSING_SCOPE",
                "doors.lock");
        assertEquals(
                202,
                http.bearer("commands:send:horn.honk")
                        .post(path(), "{\"type\":\"horn.honk\"}")
                        .status());
        String large = "{\"type\":\"doors.lock\",\"reason\":\"" + "x".repeat(300_000) + "\"}";
        problem(http.post(path(), large), 413, "BODY_TOO_LARGE", "262144");
        problem(
                http.get("/api/v1/commands/0189dd2e-0000-7000-8000-000000000001"),
                404,
                "COMMAND_UNKNOWN",
                "0189dd2e");
    }

    /** Presence and check-in come by different logs. */
    @Test
    void aCheckInIsAnsweredThoughThePresenceComesLater() {
        registered();
        reply(vin, "config", new ConfigMessage.CheckIn(1, "early-" + vin, List.of()));
        reply(
                vin,
                "config",
                new ConfigMessage.Report(
                        1, "command.keys", 1, "0", ConfigMessage.State.REJECTED, "TEST"));
        Eventually.within(Duration.ofSeconds(20))
                .that(
                        "what stands behind it in the log was handled",
                        () ->
                                json(http.get("/api/v1/vehicles/" + vin + "/signed-by-root"))
                                                .path("items")
                                                .size()
                                        == 1);
        online(Set.of(DownTopic.CONFIG));
        Downlink first = downlink("command.keys/1");
        report(first, DownlinkReport.Outcome.NOT_HERE);
        session = new SessionId(session.bits() + 1);
        online(Set.of(DownTopic.CONFIG));
        Downlink second = downlink("command.keys/1");
        assertEquals(session, second.session(), "and to the session that followed");
        report(second, DownlinkReport.Outcome.SENT);
    }

    @Test
    void configurationIsPushedComparedAndReported() throws Exception {
        registered();
        online(Set.of(DownTopic.CONFIG, DownTopic.COMMANDS));
        // What gets there says that the service knows of the session; one that it does not know
        // of yet gets its configuration when it checks in.
        downlink(send("{\"type\":\"horn.honk\"}", 202).path("id").asText());
        String route = "/api/v1/vehicles/" + vin + "/configuration/telemetry.collection";
        JsonNode made =
                json(http.put(route, "{\"content\":{\"maxBatchMs\":500},\"reason\":\"quieter\"}"));
        assertEquals(1, made.path("version").asInt());
        Downlink push = downlink("telemetry.collection/1");
        ConfigDocument document = document(push);
        assertEquals("{\"maxBatchMs\":500}", document.content());
        reply(
                vin,
                "config",
                new ConfigMessage.Report(
                        1,
                        document.namespace(),
                        1,
                        made.path("hash").asText(),
                        ConfigMessage.State.APPLIED,
                        null));
        Eventually.within(Duration.ofSeconds(10))
                .that("in sync", () -> json(http.get(route)).path("inSync").asBoolean());

        JsonNode trusted = json(http.get("/api/v1/signed-by-root/command.keys"));
        List<ConfigMessage.Have> same =
                List.of(
                        new ConfigMessage.Have(
                                "telemetry.collection", 1, made.path("hash").asText()),
                        new ConfigMessage.Have(
                                "command.keys",
                                trusted.path("version").asLong(),
                                trusted.path("hash").asText()));
        reply(vin, "config", new ConfigMessage.CheckIn(1, "c-" + vin, same));
        assertEquals(
                "insync",
                Json.tree(downlink("insync/c-" + vin).payload().getBytes(StandardCharsets.UTF_8))
                        .path("type")
                        .asText());
        DOWNLINKS.clear();
        reply(vin, "config", new ConfigMessage.CheckIn(1, "d-" + vin, List.of()));
        assertEquals(1, document(downlink("telemetry.collection/1")).version());

        problem(
                http.put(route, "{\"content\":{\"maxBatchMs\":5}}"),
                422,
                "INVALID_PARAMETERS",
                "maxBatchMs");
        problem(
                http.put(route.replace("telemetry.collection", "nothing"), "{\"content\":{}}"),
                404,
                "NAMESPACE_UNKNOWN",
                "nothing");
        problem(
                request("PUT", route, "{\"content\":{}}", Map.of("If-Match", "\"7\"")),
                412,
                "PRECONDITION_FAILED",
                "7");
        assertEquals(
                200,
                request("PUT", route, "{\"content\":{}}", Map.of("If-Match", "\"1\"")).status());
    }

    @Test
    void aRestartLosesNothing() throws Exception {
        registered();
        String id = send("{\"type\":\"climate.stop\",\"ttlS\":600}", 202).path("id").asText();
        process.close();
        startService();
        assertEquals("QUEUED", state(id));
        online(Set.of(DownTopic.COMMANDS));
        assertEquals("climate.stop", envelope(downlink(id)).type());
    }

    @Test
    void aNewRunInTheSlotEndsTheSessionsOfTheFormer() throws Exception {
        registered();
        RunId former = new RunId(76);
        Presence.Online stale =
                new Presence.Online(
                        session,
                        former,
                        SLOT,
                        Set.of(DownTopic.COMMANDS),
                        0,
                        Instant.now(),
                        "5",
                        Instant.now());
        produce(Topic.VEHICLE_PRESENCE, vin, "", stale);
        String id = send("{\"type\":\"doors.lock\",\"ttlS\":600}", 202).path("id").asText();
        online(Set.of(DownTopic.COMMANDS));
        assertNotEquals(former, downlink(id).run());
    }

    private static Http.Response request(
            String method, String path, String body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(http.base() + path))
                        .header("Authorization", "Bearer all")
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            HttpResponse<String> answer =
                    http.client().send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Http.Response(answer.statusCode(), answer.headers(), answer.body());
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private String path() {
        return "/api/v1/vehicles/" + vin + "/commands";
    }

    private JsonNode send(String body, int status) {
        Http.Response answer = http.post(path(), body);
        assertEquals(status, answer.status(), answer.body());
        return json(answer);
    }

    private static void problem(Http.Response answer, int status, String code, String named) {
        assertEquals(status, answer.status(), answer.body());
        assertEquals(code, json(answer).path("code").asText());
        assertTrue(json(answer).path("detail").asText().contains(named), answer.body());
    }

    private static JsonNode json(Http.Response answer) {
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static String state(String id) {
        return json(http.get("/api/v1/commands/" + id)).path("state").asText();
    }

    private static JsonNode awaitState(String id, String state) {
        return Eventually.within(Duration.ofSeconds(15))
                .value(
                        "command in " + state,
                        () -> json(http.get("/api/v1/commands/" + id)),
                        found -> found.path("state").asText().equals(state));
    }

    /** The last downlink of an id to the session at hand. */
    private Downlink downlink(String id) {
        return Eventually.within(Duration.ofSeconds(15))
                .value(
                        "downlink " + id,
                        () ->
                                DOWNLINKS.stream()
                                        .filter(found ->
                                                found.id().equals(id)
                                                        && found.vin().equals(vin)
                                                        && found.session().equals(session))
                                        .reduce((earlier, later) -> later)
                                        .orElse(null),
                        found -> found != null);
    }

    private static CommandEnvelope envelope(Downlink downlink) {
        return Json.read(verified(downlink, CommandEnvelope.TYP), CommandEnvelope.class);
    }

    private static ConfigDocument document(Downlink downlink) {
        return Json.read(verified(downlink, ConfigDocument.TYP), ConfigDocument.class);
    }

    private static byte[] verified(Downlink downlink, String typ) {
        Jws.Verdict verdict =
                Jws.verify(
                        downlink.payload(),
                        typ,
                        kid -> kid.equals("command-1") ? KEYS.getPublic() : null);
        return ((Jws.Verdict.Valid) verdict).payload();
    }

    /** Known to the service: the fact travels by Kafka. */
    private void registered() {
        VehicleFact fact =
                new VehicleFact(1, vin, TENANT, "car", VehicleState.ACTIVE, null, Map.of());
        produce(Topic.REGISTRY_VEHICLES, vin, "", fact);
        Eventually.within(Duration.ofSeconds(20))
                .that("the vehicle is known", () -> http.get(path()).status() == 200);
    }

    private void online(Set<DownTopic> listens) {
        produce(
                Topic.VEHICLE_PRESENCE,
                vin,
                "",
                new Presence.Online(
                        session, RUN, SLOT, listens, 0, Instant.now(), "5", Instant.now()));
    }

    private void offline() {
        produce(
                Topic.VEHICLE_PRESENCE,
                vin,
                "",
                new Presence.Offline(session, RUN, OfflineCause.CONNECTION_LOST, Instant.now()));
    }

    private static void heartbeat(RunId run) {
        send(
                Topic.GATEWAY_HEARTBEATS,
                0,
                run.toString(),
                "",
                Json.bytes(new Heartbeat(run, SLOT, Instant.now(), Instant.now(), 0, false)));
    }

    private void report(Downlink downlink, DownlinkReport.Outcome outcome) {
        produce(
                Topic.GATEWAY_REPORTS,
                vin,
                "",
                new DownlinkReport(
                        downlink.id(),
                        downlink.attempt(),
                        downlink.topic(),
                        downlink.run(),
                        downlink.session(),
                        outcome,
                        Instant.now()));
    }

    private void respond(String id, CommandResponse.Step step, Map<String, Object> result) {
        reply(vin, "responses", response(id, step, result));
    }

    private static CommandResponse response(
            String id, CommandResponse.Step step, Map<String, Object> result) {
        return new CommandResponse(
                1, CommandId.parse(id), step, null, Instant.now(), null, null, result);
    }

    private static void reply(Vin from, String topic, Object value) {
        produce(Topic.VEHICLE_REPLIES, from, topic, value);
    }

    private static void produce(Topic topic, Vin key, String replyTopic, Object value) {
        send(topic, null, key.value(), replyTopic, Json.bytes(value));
    }

    private static void send(
            Topic topic, Integer partition, String key, String replyTopic, byte[] value) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        kafka.prefix().of(topic),
                        partition,
                        key.getBytes(StandardCharsets.UTF_8),
                        value);
        if (!replyTopic.isEmpty()) {
            record.headers().add(Headers.TOPIC, replyTopic.getBytes(StandardCharsets.UTF_8));
        }
        try {
            producer.send(record).get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
