package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestClock;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.TestKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that outlive their connections, on two gateways with real Kafka between them. */
class SessionIT {

    @TempDir static Path folder;

    private static final String FIRST = "127.0.0.1";
    private static final String SECOND = "127.0.0.2";
    private static final AtomicInteger NEXT = new AtomicInteger(3000);
    private static TestClock clock;
    private static GatewayRig rig;
    private static int secondPort;

    private final Vin vin = Vin.of("WDRV0TESTGATE" + NEXT.incrementAndGet());
    private final TestIdentity identity = rig.identity(vin);

    @BeforeAll
    static void start() throws IOException {
        clock = TestClock.at(Instant.now());
        rig =
                new GatewayRig(
                        TestKafka.bootstrap(),
                        TestKafka.freshPrefix(),
                        folder,
                        clock,
                        8 << 20,
                        TlsConfig.DEFAULT);
        secondPort = rig.port();
        rig.startAnother(SECOND, 2);
        Vin probe = Vin.of("WDRV0TESTGATE3000");
        for (String host : new String[] {FIRST, SECOND}) {
            Eventually.within(Duration.ofSeconds(10))
                    .passes("the anchor is known", () -> connect(host, probe).close());
        }
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void whatWasNotAcknowledgedGoesOutAgainOnAnotherGateway() throws IOException {
        int packetId;
        Presence.Online online;
        try (RawVehicle first = lasting(FIRST, false)) {
            first.send(RawVehicle.subscribe(1, DownTopic.prefix(vin) + "#"));
            assertEquals(RawVehicle.SUBACK, first.read().type());
            online = rig.presence(vin, Presence.Online.class, now -> !now.listens().isEmpty());
            rig.down(downlink("unlock", online));
            RawVehicle.Packet publish = first.read();
            assertEquals(RawVehicle.PUBLISH, publish.type());
            assertFalse(publish.dup());
            packetId = publish.publishId();
        }
        rig.presence(vin, Presence.Offline.class, any -> true);
        try (RawVehicle second = lasting(SECOND, true)) {
            RawVehicle.Packet again = second.read();
            assertEquals(RawVehicle.PUBLISH, again.type());
            assertTrue(again.dup(), "[MQTT-4.4.0-1]");
            assertEquals(packetId, again.publishId());
            assertEquals(
                    Set.of(DownTopic.values()),
                    rig.presence(vin, Presence.Online.class, any -> true).listens(),
                    "it listens without having subscribed again");
            second.send(RawVehicle.puback(packetId));
            DownlinkReport delivered = report("unlock", Outcome.DELIVERED);
            assertEquals(online.session(), delivered.session(), "as the dispatch named it");
        }
        rig.presence(vin, Presence.Offline.class, any -> true);
        try (RawVehicle third = lasting(FIRST, true)) {
            third.staysSilentFor(Duration.ofMillis(300));
        }
    }

    @Test
    void aCleanSessionForgetsIt() throws IOException {
        try (RawVehicle first = lasting(FIRST, false)) {
            first.send(RawVehicle.subscribe(1, DownTopic.COMMANDS.of(vin)));
            assertEquals(RawVehicle.SUBACK, first.read().type());
        }
        rig.presence(vin, Presence.Offline.class, any -> true);
        try (RawVehicle clean = connect(SECOND, vin)) {
            assertEquals(Set.of(), rig.presence(vin, Presence.Online.class, any -> true).listens());
            clean.send(RawVehicle.ping());
            assertEquals(RawVehicle.PINGRESP, clean.read().type());
        }
        rig.presence(vin, Presence.Offline.class, any -> true);
        lasting(SECOND, false).close();
    }

    @Test
    void aQos2MessageIsForwardedOnceAlsoAcrossGateways() throws IOException {
        byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
        String topic = UpTopic.RESPONSES.of(vin);
        try (RawVehicle first = lasting(FIRST, false)) {
            first.send(RawVehicle.publishExactlyOnce(5, false, topic, payload));
            assertEquals(RawVehicle.PUBREC, first.read().type());
        }
        rig.presence(vin, Presence.Offline.class, any -> true);
        try (RawVehicle second = lasting(SECOND, true)) {
            second.send(RawVehicle.publishExactlyOnce(5, true, topic, payload));
            assertEquals(RawVehicle.PUBREC, second.read().type());
            second.send(RawVehicle.pubrel(5));
            assertEquals(RawVehicle.PUBCOMP, second.read().type());
            second.send(RawVehicle.publishExactlyOnce(5, false, topic, payload));
            assertEquals(RawVehicle.PUBREC, second.read().type(), "the identifier is free again");
        }
        Eventually.within(Duration.ofSeconds(5))
                .that("two records", () -> rig.records(Topic.VEHICLE_REPLIES, vin).size() == 2);
    }

    @Test
    void ourOwnRestartDefersTheWillAndTheVehiclesReturnCancelsIt() throws IOException {
        Vin other = Vin.of("WDRV0TESTGATE" + NEXT.incrementAndGet());
        RawVehicle gone = willing(vin);
        RawVehicle back = willing(other);
        rig.presence(vin, Presence.Online.class, any -> true);
        rig.presence(other, Presence.Online.class, any -> true);
        rig.stop();
        assertEquals(
                OfflineCause.DRAINED,
                rig.presence(vin, Presence.Offline.class, any -> true).cause());
        rig.start();
        gone.close();
        back.close();
        try (RawVehicle returned = connect(SECOND, other)) {
            clock.advance(Duration.ofSeconds(61));
            rig.await(
                    Topic.VEHICLE_EVENTS,
                    vin,
                    "the will of the one that stayed away",
                    record -> "vehicle.lost".equals(GatewayRig.header(record, Headers.EVENT_TYPE)));
            returned.send(RawVehicle.ping());
            assertEquals(RawVehicle.PINGRESP, returned.read().type());
        }
        assertTrue(
                rig.records(Topic.VEHICLE_EVENTS, other).stream()
                        .noneMatch(record ->
                                "vehicle.lost"
                                        .equals(GatewayRig.header(record, Headers.EVENT_TYPE))));
    }

    @Test
    void topicExceptionsActOnLiveSessions() throws IOException {
        try (RawVehicle vehicle = connect(FIRST, vin)) {
            vehicle.send(RawVehicle.subscribe(1, DownTopic.prefix(vin) + "#"));
            assertEquals(RawVehicle.SUBACK, vehicle.read().type());
            rig.presence(vin, Presence.Online.class, now -> now.listens().size() > 1);
            rig.publish(denial(AccessRule.State.IN_FORCE, 1));
            rig.presence(
                    vin,
                    Presence.Online.class,
                    now -> now.listens().equals(Set.of(DownTopic.COMMANDS)));
            rig.publish(denial(AccessRule.State.REMOVED, 2));
            rig.presence(vin, Presence.Online.class, now -> now.listens().size() > 1);
        }
    }

    private AccessRule denial(AccessRule.State state, long version) {
        return new AccessRule.TopicException(
                version,
                state,
                vin,
                null,
                AccessRule.TopicException.Action.SUBSCRIBE,
                AccessRule.TopicException.Effect.DENY,
                new TopicFilter("v1/${vin}/down/config"));
    }

    private DownlinkReport report(String id, Outcome outcome) {
        return Json.read(
                rig.await(
                                Topic.GATEWAY_REPORTS,
                                vin,
                                outcome + " of " + id,
                                record -> {
                                    DownlinkReport report =
                                            Json.read(record.value(), DownlinkReport.class);
                                    return report.id().equals(id) && report.outcome() == outcome;
                                })
                        .value(),
                DownlinkReport.class);
    }

    private Downlink downlink(String id, Presence.Online online) {
        return new Downlink(
                vin,
                id,
                1,
                online.run(),
                online.session(),
                DownTopic.COMMANDS,
                clock.instant().plusSeconds(600),
                "payload of " + id);
    }

    private static RawVehicle willing(Vin vin) throws IOException {
        RawVehicle vehicle = open(FIRST, vin);
        byte[] payload =
                "{\"v\":1,\"id\":\"0189dd2e-0000-7000-8000-000000000002\",\"type\":\"lost\"}"
                        .getBytes(StandardCharsets.UTF_8);
        vehicle.send(RawVehicle.connectWithWill(vin, 600, UpTopic.EVENTS.of(vin), payload));
        assertEquals(RawVehicle.CONNACK, vehicle.read().type());
        return vehicle;
    }

    /** Connects without a clean session. */
    private RawVehicle lasting(String host, boolean present) throws IOException {
        RawVehicle vehicle =
                new RawVehicle(
                        new Socket(InetAddress.getByName(host), portOf(host)),
                        identity.sslContext(rig.ca.trustStore()));
        vehicle.send(RawVehicle.connectLasting(vin, 600));
        RawVehicle.Packet answer = vehicle.read();
        assertEquals(RawVehicle.CONNACK, answer.type());
        assertEquals(present, answer.sessionPresent());
        return vehicle;
    }

    private static RawVehicle connect(String host, Vin vin) throws IOException {
        RawVehicle vehicle = open(host, vin);
        vehicle.send(RawVehicle.connect(vin, 600));
        assertEquals(RawVehicle.CONNACK, vehicle.read().type());
        return vehicle;
    }

    private static int portOf(String host) {
        return host.equals(SECOND) ? secondPort : rig.port();
    }

    private static RawVehicle open(String host, Vin vin) throws IOException {
        return new RawVehicle(
                new Socket(InetAddress.getByName(host), portOf(host)),
                rig.identity(vin).sslContext(rig.ca.trustStore()));
    }
}
