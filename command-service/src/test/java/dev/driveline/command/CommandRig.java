package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.webhook.Secret;
import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.command.CommandResponse;
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
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestKafka;
import dev.driveline.testkit.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A command service with real Kafka and PostgreSQL; whoever uses it plays gateway and vehicle. */
final class CommandRig implements AutoCloseable {

    static final Eventually SOON = Eventually.within(Duration.ofSeconds(20));

    /** Longer than what a slow machine needs between two looks at one command. */
    static final Duration WAKE_SPACING = Duration.ofSeconds(2);

    /** Signs what asks for wake-ups. */
    static final Secret WAKE_SECRET = Secret.of(new SplittableRandom(1));

    /** Time for two tries and no third. */
    static final Duration WEBHOOK_RETRIES = Duration.ofSeconds(4);

    /** Batches of more vehicles need a second person. */
    static final int APPROVAL_OVER = 20;

    private static final int SLOT = 1;
    private static final RunId RUN = new RunId(77);

    private final KafkaConfig kafka;
    private final DatabaseConfig database;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ServiceProcess process;
    private final CommandConfig config;
    private final TailReader tap;
    private final TailReader follower;
    final StandInPipeline pipeline = new StandInPipeline();
    final List<Downlink> downlinks = new CopyOnWriteArrayList<>();

    /** What stands on {@code command.events}. */
    final List<JsonNode> events = new CopyOnWriteArrayList<>();

    CommandRig(Path folder) throws Exception {
        kafka =
                KafkaConfig.single(
                        TestKafka.bootstrap(), new TopicPrefix(TestKafka.freshPrefix()), 3);
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        database = new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 8);
        producer = new KafkaProducer<>(kafka.producer("test"));
        process =
                ServiceProcess.start(
                        ServiceProcess.ProcessConfig.onFreePorts(),
                        CommandRig::caller,
                        Clock.systemUTC());
        Path secret = Files.writeString(folder.resolve("wake-secret"), WAKE_SECRET.text() + "\n");
        Path webhookKeys =
                Files.writeString(
                        folder.resolve("webhook-keys"),
                        Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        config =
                new CommandConfig(
                        kafka,
                        database,
                        new TestRoot().writeTo(folder, "command-1", TestCa.newKeys()),
                        pipeline.uri(),
                        new CommandConfig.Wake(
                                pipeline.uri().resolve("/wake"), 2, WAKE_SPACING, true, secret),
                        new CommandConfig.Webhooks(true, WEBHOOK_RETRIES, webhookKeys),
                        new CommandConfig.Batches(APPROVAL_OVER, Duration.ofDays(90)));
        CommandService.start(config, process);
        process.open();
        tap =
                TailReader.start(
                        "tap",
                        kafka.consumer("tap"),
                        kafka.prefix().of(Topic.GATEWAY_DOWNLINK),
                        IntStream.range(0, 3).boxed().toList(),
                        TailReader.From.BEGINNING,
                        record -> downlinks.add(Json.read(record.value(), Downlink.class)));
        follower =
                TailReader.start(
                        "follower",
                        kafka.consumer("follower"),
                        kafka.prefix().of(Topic.COMMAND_EVENTS),
                        IntStream.range(0, 3).boxed().toList(),
                        TailReader.From.BEGINNING,
                        record -> events.add(Json.tree(record.value())));
        send(
                Topic.GATEWAY_HEARTBEATS,
                0,
                RUN.toString(),
                "",
                new Heartbeat(RUN, SLOT, Instant.now(), Instant.now(), 0, false));
    }

    /** {@code tenant/subject/scope scope}, and optionally {@code /vins} and {@code /fleets}. */
    static Caller caller(String token) {
        List<String> parts = Arrays.asList(token.split("/", -1));
        String vins = parts.size() > 3 ? parts.get(3) : "";
        String fleets = parts.size() > 4 ? parts.get(4) : "";
        boolean narrow = !vins.isEmpty() || !fleets.isEmpty();
        return new Caller(
                parts.get(1),
                "app",
                TenantId.of(parts.get(0)),
                Set.of(parts.get(2).split(" ")),
                narrow
                        ? Arrays.stream(vins.split(","))
                                .filter(text -> !text.isEmpty())
                                .map(Vin::of)
                                .collect(Collectors.toSet())
                        : null,
                fleets.isEmpty() ? null : Set.of(fleets.split(",")),
                _ -> false,
                false);
    }

    Http http(String token) {
        return Http.at("http://127.0.0.1:" + process.rest().port()).bearer(token);
    }

    /** A second process of the service, whose clock is another; the caller closes it. */
    ServiceProcess another(Clock clock) {
        ServiceProcess second =
                ServiceProcess.start(
                        ServiceProcess.ProcessConfig.onFreePorts(), CommandRig::caller, clock);
        CommandService.start(config, second);
        second.open();
        return second;
    }

    ServiceProcess process() {
        return process;
    }

    /** Known to the service: the fact travels by Kafka. */
    void registered(Vin vin, String tenant, String... fleets) {
        registered(1, vin, tenant, fleets);
    }

    void registered(long version, Vin vin, String tenant, String... fleets) {
        VehicleFact fact =
                new VehicleFact(
                        version,
                        vin,
                        TenantId.of(tenant),
                        "car",
                        VehicleState.ACTIVE,
                        null,
                        Map.of(),
                        List.of(fleets));
        send(Topic.REGISTRY_VEHICLES, null, vin.value(), "", fact);
        Http reader = http(tenant + "/rig/commands:read");
        SOON.that(
                "the vehicle is known",
                () -> reader.get("/api/v1/vehicles/" + vin + "/commands").status() == 200);
    }

    SessionId online(Vin vin) {
        SessionId session = new SessionId(vin.hashCode());
        send(
                Topic.VEHICLE_PRESENCE,
                null,
                vin.value(),
                "",
                new Presence.Online(
                        session,
                        RUN,
                        SLOT,
                        Set.of(DownTopic.COMMANDS),
                        0,
                        Instant.now(),
                        "5",
                        Instant.now()));
        return session;
    }

    /** The vehicle says good night. */
    void sleeps(Vin vin, String way) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        kafka.prefix().of(Topic.VEHICLE_EVENTS),
                        vin.value().getBytes(StandardCharsets.US_ASCII),
                        Json.bytes(
                                new VehicleEvent(
                                        1,
                                        UUID.randomUUID(),
                                        "sleep",
                                        Instant.now(),
                                        null,
                                        null,
                                        Map.of("wake", way))));
        record.headers()
                .add(Headers.EVENT_TYPE, EventTypes.SLEEP.getBytes(StandardCharsets.US_ASCII));
        var _ = producer.send(record);
        producer.flush();
    }

    /** As the pipeline tells of an alert. */
    void alert(String id, AlertEvent event) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        kafka.prefix().of(Topic.TELEMETRY_ALERTS),
                        event.vin().value().getBytes(StandardCharsets.US_ASCII),
                        Json.bytes(event));
        Map.of(
                        Headers.EVENT_ID, id,
                        Headers.EVENT_SOURCE, "/rules",
                        Headers.EVENT_TYPE, event.step().eventType(),
                        Headers.EVENT_SUBJECT, event.vin().value(),
                        Headers.EVENT_TIME, event.at().toString(),
                        Headers.TENANT, event.tenant().value())
                .forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        var _ = producer.send(record);
        producer.flush();
    }

    Downlink downlink(String id) {
        return SOON.value(
                "downlink " + id,
                () ->
                        downlinks.stream()
                                .filter(found -> found.id().equals(id))
                                .reduce((earlier, later) -> later)
                                .orElse(null),
                found -> found != null);
    }

    void report(Downlink downlink, DownlinkReport.Outcome outcome) {
        send(
                Topic.GATEWAY_REPORTS,
                null,
                downlink.vin().value(),
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

    void respond(Vin vin, String id, CommandResponse.Step step, Map<String, Object> result) {
        send(
                Topic.VEHICLE_REPLIES,
                null,
                vin.value(),
                "responses",
                new CommandResponse(
                        1, CommandId.parse(id), step, null, Instant.now(), null, null, result));
    }

    void send(Topic topic, Integer partition, String key, String replyTopic, Object value) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        kafka.prefix().of(topic),
                        partition,
                        key.getBytes(StandardCharsets.UTF_8),
                        Json.bytes(value));
        if (!replyTopic.isEmpty()) {
            record.headers().add(Headers.TOPIC, replyTopic.getBytes(StandardCharsets.UTF_8));
        }
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** As one who can reach the database. */
    void sql(String... statements) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path TO command");
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    /** The first column of what somebody reads who can reach the database. */
    List<String> read(String query) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path TO command");
            List<String> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }

    JsonNode awaitState(Http http, String id, String state) {
        return SOON.value(
                "command in " + state,
                () -> json(http.get("/api/v1/commands/" + id)),
                found -> found.path("state").asText().equals(state));
    }

    static JsonNode json(Http.Response answer) {
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    static JsonNode ok(int status, Http.Response answer) {
        assertEquals(status, answer.status(), answer.body());
        return answer.body().isEmpty() ? Json.mapper().createObjectNode() : json(answer);
    }

    static JsonNode problem(Http.Response answer, int status, String code) {
        assertEquals(status, answer.status(), answer.body());
        assertEquals(code, json(answer).path("code").asText(), answer.body());
        return json(answer);
    }

    @Override
    public void close() {
        tap.close();
        follower.close();
        process.close();
        producer.close();
        pipeline.close();
    }
}
