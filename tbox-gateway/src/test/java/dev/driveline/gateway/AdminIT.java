package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.TestKafka;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of a gateway and does to it, and what of it is on record. */
class AdminIT {

    private static final String GATEWAY = "/api/v1/gateway";
    private static final Pattern VIN_SHAPED = Pattern.compile("\\b[A-HJ-NPR-Z0-9]{17}\\b");
    private static final AtomicInteger NEXT = new AtomicInteger(1000);

    @TempDir static Path folder;

    private static GatewayRig rig;
    private static Http admin;

    private final Vin vin = nextVin();

    /** A connected vehicle, and how the gateway ended it. */
    private record Connected(Vin vin, Mqtt5BlockingClient client, CompletableFuture<Ended> ended) {}

    private record Ended(int code, String serverReference, long atNs) {}

    @BeforeAll
    static void start() throws IOException {
        rig = new GatewayRig(TestKafka.bootstrap(), TestKafka.freshPrefix(), folder);
        admin = rig.admin().bearer("admin");
        awaitAnchor(rig);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void onlyTheScopeAdminMayAsk() {
        assertEquals(401, rig.admin().get(GATEWAY).status());
        assertEquals(401, rig.admin().bearer("none").get(GATEWAY).status());
        assertEquals(403, rig.admin().bearer("registry:read").get(GATEWAY).status());
        assertEquals(
                403, rig.admin().bearer("commands:send").post(GATEWAY + ":drain", "{}").status());
        assertEquals(200, rig.admin().get("/livez").status());
        JsonNode problem = json(admin.get("/nothing"), 404);
        assertEquals("ROUTE_UNKNOWN", problem.path("code").asText());
    }

    @Test
    void theGatewaySaysHowItStands() {
        JsonNode standing = json(admin.get(GATEWAY), 200);
        assertEquals(1, standing.path("slot").asInt());
        assertEquals(16, standing.path("run").asText().length());
        assertFalse(standing.path("draining").asBoolean());
        assertEquals(100, standing.path("limits").path("sessions").asInt());
        assertEquals(30, standing.path("limits").path("drainLimitS").asInt());
        assertEquals(16, standing.path("limits").path("link").path("windowPackets").asInt());
    }

    @Test
    void sessionsComeInPagesByVin() {
        List<Connected> three = Stream.generate(AdminIT::nextVin).limit(3).map(this::on).toList();
        JsonNode first = json(admin.get(GATEWAY + "/sessions?limit=2&after=" + vin), 200);
        assertEquals(2, first.path("items").size());
        assertEquals(three.get(0).vin().value(), first.at("/items/0/vin").asText());
        assertEquals(three.get(1).vin().value(), first.path("next").asText());
        assertTrue(first.path("total").asInt() >= 3);
        JsonNode second =
                json(admin.get(GATEWAY + "/sessions?after=" + first.path("next").asText()), 200);
        assertEquals(1, second.path("items").size());
        assertFalse(second.hasNonNull("next"));
        Http narrowed = rig.admin().bearer("admin/" + three.get(2).vin());
        JsonNode own = json(narrowed.get(GATEWAY + "/sessions"), 200);
        assertEquals(1, own.path("total").asInt());
        assertEquals(three.get(2).vin().value(), own.at("/items/0/vin").asText());
        assertEquals(403, narrowed.get(GATEWAY + "/sessions/" + three.get(0).vin()).status());
        assertEquals(403, narrowed.post(GATEWAY + ":drain", "{}").status());
        three.forEach(each -> each.client().disconnect());
    }

    @Test
    void oneSessionIsSeenWithEverything() {
        Connected vehicle = on(vin);
        vehicle.client()
                .subscribeWith()
                .topicFilter(DownTopic.COMMANDS.of(vin))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        publish(vehicle, "12345");
        JsonNode seen = json(admin.get(GATEWAY + "/sessions/" + vin), 200);
        assertEquals("acme", seen.path("tenant").asText());
        assertEquals("5", seen.path("protocol").asText());
        assertEquals("127.0.0.1", seen.path("peer").asText());
        assertEquals(16, seen.path("session").asText().length());
        assertTrue(Instant.parse(seen.path("since").asText()).isBefore(Instant.now()));
        assertTrue(seen.path("certificate").asText().matches("[0-9a-f]{64}:[0-9a-f]+"));
        assertEquals("commands", seen.at("/link/filters/0").asText());
        assertEquals(1, seen.at("/link/published").asInt());
        assertEquals(5, seen.at("/link/publishedBytes").asInt());
        assertTrue(seen.at("/link/reading").asBoolean());
        vehicle.client().disconnect();
        Eventually.within(Duration.ofSeconds(5))
                .that("it is gone", () -> admin.get(GATEWAY + "/sessions/" + vin).status() == 404);
        assertEquals(
                "SESSION_UNKNOWN",
                json(admin.get(GATEWAY + "/sessions/" + vin), 404).path("code").asText());
        assertEquals(
                "INVALID_VIN",
                json(admin.get(GATEWAY + "/sessions/short"), 400).path("code").asText());
    }

    @Test
    void whatAnOperatorClosesIsOnTheTimelineWithWhoDidIt() throws Exception {
        Connected vehicle = on(vin);
        String path = GATEWAY + "/sessions/" + vin + ":close";
        assertEquals(400, admin.post(path, "{}").status());
        JsonNode closed = json(admin.post(path, "{\"reason\":\"SIM swapped\"}"), 202);
        assertEquals(0x98, vehicle.ended().get(5, TimeUnit.SECONDS).code());
        JsonNode event = event(vin, EventTypes.SESSION_CLOSED_BY_OPERATOR);
        assertEquals("operator@acme", event.path("by").asText());
        assertEquals("SIM swapped", event.path("reason").asText());
        assertEquals(closed.path("session"), event.path("session"));
        assertEquals(0x98, event(vin, EventTypes.SESSION_CLOSED).path("reasonCode").asInt());
        assertEquals(404, admin.post(path, "{\"reason\":\"again\"}").status());
    }

    @Test
    void theTopTalkersComeFirst() {
        Connected loud = on(vin);
        Connected quiet = on(nextVin());
        publish(loud, "x".repeat(60_000));
        publish(quiet, "1");
        publish(quiet, "2");
        JsonNode bytes = json(admin.get(GATEWAY + "/talkers?by=bytes&limit=1"), 200);
        assertEquals(1, bytes.path("items").size());
        assertEquals(vin.value(), bytes.at("/items/0/vin").asText());
        assertEquals(60_000, bytes.at("/items/0/bytes").asInt());
        JsonNode messages = json(admin.get(GATEWAY + "/talkers?by=messages&limit=1"), 200);
        assertEquals(quiet.vin().value(), messages.at("/items/0/vin").asText());
        assertEquals(0, messages.path("silent").asInt());
        assertEquals(400, admin.get(GATEWAY + "/talkers?by=noise").status());
        loud.client().disconnect();
        quiet.client().disconnect();
    }

    @Test
    void aTraceShowsPacketsWithoutPayloads() {
        String path = GATEWAY + "/sessions/" + vin + "/trace";
        assertEquals(404, admin.get(path).status());
        assertEquals(400, admin.post(path, "{\"seconds\":901}").status());
        assertEquals(201, admin.post(path, "{\"seconds\":60}").status());
        Connected vehicle = on(vin);
        publish(vehicle, "a secret place");
        Http.Response read = admin.get(path);
        assertEquals(200, read.status());
        assertTrue(read.body().contains("CONNECT MQTT 5"), read.body());
        assertTrue(read.body().contains("PUBLISH id=1 qos=1"), read.body());
        assertFalse(read.body().contains("a secret place"));
        assertEquals(204, admin.delete(path).status());
        assertEquals(404, admin.delete(path).status());
        assertEquals("operator@acme", event(vin, EventTypes.TRACE_STARTED).path("by").asText());
        assertEquals("operator@acme", event(vin, EventTypes.TRACE_STOPPED).path("by").asText());
        vehicle.client().disconnect();
    }

    @Test
    void everySessionIsOnTheTimeline() {
        Connected first = on(vin);
        publish(first, "1");
        JsonNode opened = event(vin, EventTypes.SESSION_OPENED);
        assertEquals("5", opened.path("protocol").asText());
        assertEquals("127.0.0.1", opened.path("peer").asText());
        assertEquals(1, opened.path("slot").asInt());
        assertFalse(opened.path("resumed").asBoolean());
        Connected second = on(vin);
        JsonNode overtaken = event(vin, EventTypes.SESSION_CLOSED);
        assertEquals(OfflineCause.TAKEN_OVER.name(), overtaken.path("cause").asText());
        assertEquals(0x8E, overtaken.path("reasonCode").asInt());
        assertEquals(1, overtaken.path("published").asInt());
        assertEquals(opened.path("session"), overtaken.path("session"));
        second.client().disconnect();
        Eventually.within(Duration.ofSeconds(5))
                .that("both are closed", () -> events(vin, EventTypes.SESSION_CLOSED).size() == 2);
        JsonNode left = bodyOf(events(vin, EventTypes.SESSION_CLOSED).getLast());
        assertEquals(OfflineCause.DISCONNECTED.name(), left.path("cause").asText());
        assertEquals(0, left.path("published").asInt());
        assertEquals(0, left.path("reasonCode").asInt());
        assertEquals(2, events(vin, EventTypes.SESSION_OPENED).size());
    }

    @Test
    void aSessionOfALostGatewayEndsOnTheTimelineToo() {
        RunId lost = new RunId(0x0DEADL);
        SessionId session = new SessionId(42);
        Instant now = Instant.now();
        rig.presence(
                vin,
                new Presence.Online(session, lost, 2, Set.of(), 0, now.minusSeconds(60), "5", now));
        rig.heartbeat(new Heartbeat(lost, 2, now.minusSeconds(90), now, 1, true));
        JsonNode closed = event(vin, EventTypes.SESSION_CLOSED);
        assertEquals(OfflineCause.GATEWAY_LOST.name(), closed.path("cause").asText());
        assertEquals(session.toString(), closed.path("session").asText());
        assertEquals(lost.toString(), closed.path("run").asText());
        assertTrue(closed.path("durationS").asInt() >= 60);
    }

    @Test
    void aStormOfReconnectsLosesNoSessionOfTheTimeline() throws Exception {
        int sessions = 120;
        TestIdentity identity = rig.identity(vin);
        for (int i = 0; i < sessions; i++) {
            try (RawVehicle vehicle = new RawVehicle(rig.port(), identity, rig.ca.trustStore())) {
                vehicle.send(RawVehicle.connect(vin, 60));
                assertEquals(RawVehicle.CONNACK, vehicle.read().type());
                vehicle.send(new byte[] {(byte) 0xE0, 0});
                Eventually.within(Duration.ofSeconds(5)).that("it has left", () -> !connected(vin));
            }
        }
        Eventually.within(Duration.ofSeconds(10))
                .passes(
                        "each was opened and closed",
                        () -> {
                            assertEquals(sessions, events(vin, EventTypes.SESSION_OPENED).size());
                            assertEquals(sessions, events(vin, EventTypes.SESSION_CLOSED).size());
                        });
    }

    @Test
    void trap15NoMetricHasAVinForALabel() {
        Connected vehicle = on(vin);
        publish(vehicle, "1");
        Vin suspended = nextVin();
        rig.suspend(suspended, true);
        Eventually.within(Duration.ofSeconds(5))
                .that(
                        "it is refused",
                        () -> !connects(rig.five(suspended, rig.identity(suspended))));
        assertEquals(200, admin.get(GATEWAY + "/sessions/" + vin).status());
        vehicle.client().disconnect();
        assertTrue(rig.meters().size() > 50);
        for (Meter meter : rig.meters()) {
            for (Tag tag : meter.getId().getTags()) {
                assertFalse(
                        VIN_SHAPED.matcher(tag.getValue()).find(),
                        meter.getId().getName() + " has " + tag);
            }
        }
        assertFalse(admin.get("/metrics").body().contains(vin.value()));
    }

    @Test
    void aDrainTellsVehiclesOneAfterTheOther(@TempDir Path own) throws Exception {
        try (GatewayRig draining =
                new GatewayRig(TestKafka.bootstrap(), TestKafka.freshPrefix(), own)) {
            awaitAnchor(draining);
            Http operator = draining.admin().bearer("admin");
            List<Connected> four =
                    Stream.generate(AdminIT::nextVin)
                            .limit(4)
                            .map(each -> on(draining, each))
                            .toList();
            assertEquals(200, draining.admin().get("/readyz").status());
            long beganNs = System.nanoTime();
            JsonNode standing = json(operator.post(GATEWAY + ":drain", "{\"ratePerS\":4}"), 202);
            assertTrue(standing.path("draining").asBoolean());
            Http.Response ready = draining.admin().get("/readyz");
            assertEquals(503, ready.status());
            assertTrue(ready.body().contains("drain"), ready.body());
            Vin late = nextVin();
            Mqtt5ConnAckException refused =
                    assertThrows(
                            Mqtt5ConnAckException.class,
                            () -> draining.five(late, draining.identity(late)).connect());
            assertEquals(
                    Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE,
                    refused.getMqttMessage().getReasonCode());
            List<Long> afterMs = closedAfterMs(four, 0x8B, beganNs);
            assertTrue(afterMs.getLast() >= 750, "closed after " + afterMs + " ms");
            assertTrue(afterMs.getFirst() <= 600, "closed after " + afterMs + " ms");
            Eventually.within(Duration.ofSeconds(5))
                    .that("it is empty", () -> draining.sessions() == 0);
            assertEquals(
                    OfflineCause.DRAINED,
                    draining.presence(four.getFirst().vin(), Presence.Offline.class, any -> true)
                            .cause());
        }
    }

    @Test
    void closingDrainsAtTheConfiguredPaceAndNamesTheOtherServer(@TempDir Path own)
            throws Exception {
        GatewayRig moved =
                new GatewayRig(
                        TestKafka.bootstrap(),
                        TestKafka.freshPrefix(),
                        own,
                        Clock.systemUTC(),
                        8 << 20,
                        TlsConfig.DEFAULT,
                        new DrainPace(2, Duration.ofSeconds(1)),
                        "other.example.org");
        awaitAnchor(moved);
        List<Connected> six =
                Stream.generate(AdminIT::nextVin).limit(6).map(each -> on(moved, each)).toList();
        long beganNs = System.nanoTime();
        moved.close();
        List<Long> afterMs = closedAfterMs(six, 0x9C, beganNs);
        assertTrue(afterMs.getFirst() <= 700, "closed after " + afterMs + " ms");
        assertTrue(afterMs.getLast() >= 990, "closed after " + afterMs + " ms");
        assertTrue(afterMs.getLast() <= 3_000, "closed after " + afterMs + " ms");
        assertEquals("other.example.org", six.getFirst().ended().get().serverReference());
    }

    private static List<Long> closedAfterMs(List<Connected> vehicles, int code, long beganNs)
            throws Exception {
        for (Connected each : vehicles) {
            assertEquals(code, each.ended().get(10, TimeUnit.SECONDS).code());
        }
        return vehicles.stream()
                .map(each -> (each.ended().join().atNs() - beganNs) / 1_000_000)
                .sorted()
                .toList();
    }

    private static Vin nextVin() {
        return Vin.of("WDRV0TESTADMN" + NEXT.incrementAndGet());
    }

    /** The trust anchor travels by Kafka: the first vehicle may come before it. */
    private static void awaitAnchor(GatewayRig of) {
        Vin first = nextVin();
        Mqtt5BlockingClient client = of.five(first, of.identity(first));
        Eventually.within(Duration.ofSeconds(10))
                .passes("the anchor is known", () -> client.connect());
        client.disconnect();
    }

    private Connected on(Vin who) {
        return on(rig, who);
    }

    private static Connected on(GatewayRig of, Vin who) {
        CompletableFuture<Ended> ended = new CompletableFuture<>();
        Mqtt5BlockingClient client =
                MqttClient.builder()
                        .addDisconnectedListener(context -> {
                            if (context.getCause() instanceof Mqtt5DisconnectException told) {
                                ended.complete(
                                        new Ended(
                                                told.getMqttMessage().getReasonCode().getCode(),
                                                told.getMqttMessage()
                                                        .getServerReference()
                                                        .map(Object::toString)
                                                        .orElse(null),
                                                System.nanoTime()));
                            }
                        })
                        .useMqttVersion5()
                        .identifier(who.value())
                        .serverHost("127.0.0.1")
                        .serverPort(of.port())
                        .sslConfig(of.ssl(of.identity(who)))
                        .buildBlocking();
        client.connect();
        return new Connected(who, client, ended);
    }

    private static boolean connects(Mqtt5BlockingClient client) {
        try {
            client.connect();
            client.disconnect();
            return true;
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static boolean connected(Vin who) {
        return admin.get(GATEWAY + "/sessions/" + who).status() == 200;
    }

    private static void publish(Connected vehicle, String payload) {
        vehicle.client()
                .publishWith()
                .topic(UpTopic.RESPONSES.of(vehicle.vin()))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static JsonNode json(Http.Response response, int status) {
        assertEquals(status, response.status(), response.body());
        return Json.tree(response.body().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode event(Vin about, String type) {
        return bodyOf(
                rig.await(
                        Topic.VEHICLE_EVENTS,
                        about,
                        type,
                        record -> type.equals(GatewayRig.header(record, Headers.EVENT_TYPE))));
    }

    private static List<ConsumerRecord<byte[], byte[]>> events(Vin about, String type) {
        return rig.records(Topic.VEHICLE_EVENTS, about).stream()
                .filter(record -> type.equals(GatewayRig.header(record, Headers.EVENT_TYPE)))
                .toList();
    }

    private static JsonNode bodyOf(ConsumerRecord<byte[], byte[]> event) {
        return Json.tree(event.value());
    }
}
