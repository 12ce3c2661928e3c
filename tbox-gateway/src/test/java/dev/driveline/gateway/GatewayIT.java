package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.TestKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One gateway with real TLS and real Kafka; every test has vehicles of its own. */
class GatewayIT {

    @TempDir static Path folder;

    private static final AtomicInteger NEXT = new AtomicInteger(1000);
    private static GatewayRig rig;

    private final Vin vin = Vin.of("WDRV0TESTGATE" + NEXT.incrementAndGet());
    private final TestIdentity identity = rig.identity(vin);

    @BeforeAll
    static void start() throws IOException {
        rig = new GatewayRig(TestKafka.bootstrap(), TestKafka.freshPrefix(), folder);
        Vin first = Vin.of("WDRV0TESTGATE1000");
        Mqtt5BlockingClient client = rig.five(first, rig.identity(first));
        // The trust anchor travels by Kafka: the first vehicle may come before it.
        Eventually.within(Duration.ofSeconds(10))
                .passes("the anchor is known", () -> client.connect());
        client.disconnect();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void aPublishIsAcknowledgedAndStandsInKafkaAsItCame() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        byte[] batch =
                CanBatch.newBuilder()
                        .setSchema(1)
                        .setBootId(
                                com.google.protobuf.ByteString.copyFrom(
                                        new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
                        .setSeq(41)
                        .build()
                        .toByteArray();
        client.publish(
                Mqtt5Publish.builder()
                        .topic(UpTopic.CAN.of(vin))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(batch)
                        .userProperties()
                        .add("trace", "abc")
                        .add("cert", "forged")
                        .applyUserProperties()
                        .build());
        ConsumerRecord<byte[], byte[]> record =
                rig.await(Topic.TELEMETRY_CAN, vin, "the batch", any -> true);
        assertArrayEquals(batch, record.value());
        assertEquals("CanBatch/1", GatewayRig.header(record, Headers.SCHEMA));
        assertEquals("0102030405060708", GatewayRig.header(record, Headers.BOOT));
        assertEquals("41", GatewayRig.header(record, Headers.SEQUENCE));
        assertEquals("LIVE", GatewayRig.header(record, Headers.ORIGIN));
        assertEquals("acme", GatewayRig.header(record, Headers.TENANT));
        assertEquals("1", GatewayRig.header(record, Headers.QOS));
        assertEquals("abc", GatewayRig.header(record, "u-trace"));
        assertTrue(
                GatewayRig.header(record, Headers.CERTIFICATE)
                        .endsWith(identity.certificate().getSerialNumber().toString(16)));
        client.disconnect();
    }

    @Test
    void exactlyOncePublishesAreForwardedOnce() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        client.publish(
                Mqtt5Publish.builder()
                        .topic(UpTopic.RESPONSES.of(vin))
                        .qos(MqttQos.EXACTLY_ONCE)
                        .payload("{}".getBytes(StandardCharsets.UTF_8))
                        .build());
        client.disconnect();
        assertEquals(
                "2",
                GatewayRig.header(
                        rig.await(Topic.VEHICLE_REPLIES, vin, "the reply", any -> true),
                        Headers.QOS));
        assertEquals(1, rig.records(Topic.VEHICLE_REPLIES, vin).size());
    }

    @Test
    void connackStatesTheLimits() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        Mqtt5ConnAck answer = client.connect();
        assertEquals(16, answer.getRestrictions().getReceiveMaximum());
        assertEquals(16, answer.getRestrictions().getTopicAliasMaximum());
        assertEquals(80 * 1024, answer.getRestrictions().getMaximumPacketSize());
        assertTrue(!answer.getRestrictions().isRetainAvailable());
        assertTrue(!answer.getRestrictions().isSharedSubscriptionAvailable());
        client.disconnect();
    }

    @Test
    void anotherVehiclesTopicIsRefused() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        Mqtt5PubAckException refused =
                assertThrows(
                        Mqtt5PubAckException.class,
                        () -> publish(client, "v1/WDRV0TESTGATE9999/up/can"));
        assertEquals(
                Mqtt5PubAckReasonCode.NOT_AUTHORIZED, refused.getMqttMessage().getReasonCode());
        assertThrows(
                Mqtt5SubAckException.class,
                () -> client.subscribeWith().topicFilter("v1/+/down/#").send());
        assertThrows(
                Mqtt5SubAckException.class, () -> client.subscribeWith().topicFilter("#").send());
        assertThrows(
                Mqtt5SubAckException.class,
                () ->
                        client.subscribeWith()
                                .topicFilter("v1/WDRV0TESTGATE9999/down/commands")
                                .send());
        client.disconnect();
        ConsumerRecord<byte[], byte[]> event =
                rig.await(
                        Topic.VEHICLE_EVENTS,
                        vin,
                        "the refusal",
                        record ->
                                EventTypes.PUBLISH_REFUSED.equals(
                                        GatewayRig.header(record, Headers.EVENT_TYPE)));
        assertTrue(new String(event.value(), StandardCharsets.UTF_8).contains("WDRV0TESTGATE9999"));
    }

    @Test
    void aSubscriptionThatCouldNotAcknowledgeIsRefused() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        Mqtt5SubAckException refused =
                assertThrows(
                        Mqtt5SubAckException.class,
                        () ->
                                client.subscribeWith()
                                        .topicFilter(DownTopic.COMMANDS.of(vin))
                                        .qos(MqttQos.AT_MOST_ONCE)
                                        .send());
        assertEquals(
                Mqtt5SubAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                refused.getMqttMessage().getReasonCodes().getFirst());
        client.disconnect();
    }

    @Test
    void mqtt311GetsAnUnknownTopicOfItsOwnAcknowledgedAndRecorded() throws Exception {
        Mqtt3AsyncClient client = rig.three(vin, identity);
        client.connect().get(10, TimeUnit.SECONDS);
        client.publishWith()
                .topic(UpTopic.prefix(vin) + "nonsense")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[] {1})
                .send()
                .get(10, TimeUnit.SECONDS);
        ConsumerRecord<byte[], byte[]> rejected =
                rig.await(Topic.TELEMETRY_REJECTED, vin, "the rejection", any -> true);
        assertEquals(Rejection.TOPIC_UNKNOWN.name(), GatewayRig.header(rejected, Headers.REASON));
        assertTrue(GatewayRig.detail(rejected).contains("nonsense"));
        client.disconnect().get(10, TimeUnit.SECONDS);
    }

    @Test
    void mqtt311IsClosedForAnotherVehiclesTopic() throws Exception {
        Mqtt3AsyncClient client = rig.three(vin, identity);
        client.connect().get(10, TimeUnit.SECONDS);
        var _ =
                client.publishWith()
                        .topic("v1/WDRV0TESTGATE9999/up/can")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
        assertEquals(
                OfflineCause.PROTOCOL_ERROR,
                rig.presence(vin, Presence.Offline.class, any -> true).cause());
    }

    @Test
    void aMalformedEventIsRejectedAndAGoodOneGetsItsOwnSource() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        publish(client, UpTopic.EVENTS.of(vin), "{\"v\":1,");
        publish(
                client,
                UpTopic.EVENTS.of(vin),
                "{\"v\":1,\"id\":\"0189dd2e-0000-7000-8000-000000000001\",\"type\":\"driveline.fake\",\"clock\":\"GNSS\"}");
        ConsumerRecord<byte[], byte[]> rejected =
                rig.await(Topic.TELEMETRY_REJECTED, vin, "the rejection", any -> true);
        assertEquals(Rejection.MALFORMED.name(), GatewayRig.header(rejected, Headers.REASON));
        ConsumerRecord<byte[], byte[]> event =
                rig.await(Topic.VEHICLE_EVENTS, vin, "the event", GatewayIT::byTheVehicle);
        assertEquals("vehicle.driveline.fake", GatewayRig.header(event, Headers.EVENT_TYPE));
        assertEquals("/vehicles/" + vin, GatewayRig.header(event, Headers.EVENT_SOURCE));
        client.disconnect();
    }

    private static boolean byTheVehicle(ConsumerRecord<byte[], byte[]> event) {
        return GatewayRig.header(event, Headers.EVENT_SOURCE).startsWith("/vehicles/");
    }

    @Test
    void certificatesThatBreakARuleAreRefused() {
        String tenant = GatewayRig.TENANT.value();
        refusedHandshake(rig.ca.expiredVehicle(tenant, vin.value()));
        refusedHandshake(rig.ca.notYetValidVehicle(tenant, vin.value()));
        refusedHandshake(rig.ca.vehicleWithoutVin(tenant, vin.value()));
        refusedHandshake(rig.ca.vehicleWithTwoVins(tenant, vin.value(), "WDRV0TESTGATE9999"));
        refusedHandshake(rig.ca.vehicleWithServerUsage(tenant, vin.value()));
        refusedHandshake(rig.ca.vehicleWithoutTenant(vin.value()));
        refusedHandshake(rig.ca.vehicle("other", vin.value()));
        refusedHandshake(TestCa.create().vehicle(tenant, vin.value()));
        assertEquals(0, rig.records(Topic.VEHICLE_PRESENCE, vin).size());
    }

    @Test
    void theClientIdMustBeTheVin() {
        Mqtt5BlockingClient client = rig.five(Vin.of("WDRV0TESTGATE9999"), identity);
        Mqtt5ConnAckException refused = assertThrows(Mqtt5ConnAckException.class, client::connect);
        assertEquals(
                Mqtt5ConnAckReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                refused.getMqttMessage().getReasonCode());
        assertTrue(
                refused.getMqttMessage()
                        .getReasonString()
                        .orElseThrow()
                        .toString()
                        .contains(vin.value()));
    }

    @Test
    void aRevokedCertificateIsClosedAndStaysOut() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        rig.presence(vin, Presence.Online.class, any -> true);
        rig.revoke(identity.certificate());
        assertEquals(
                OfflineCause.REVOKED,
                rig.presence(vin, Presence.Offline.class, any -> true).cause());
        Eventually.within(Duration.ofSeconds(5))
                .that("the client sees it", () -> !client.getState().isConnected());
        refusedHandshake(identity);
    }

    @Test
    void aRuleThatTheRegistryDidNotSignIsIgnored() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        rig.publishSignedBy(TestCa.newKeys(), rig.revocation(identity.certificate()));
        Vin other = Vin.of("WDRV0TESTGATE0001");
        rig.suspend(other, true);
        Mqtt5BlockingClient suspended = rig.five(other, rig.identity(other));
        // Once the later record is in force, the forged one before it has been read too.
        Eventually.within(Duration.ofSeconds(10))
                .passes(
                        "the suspension is in force",
                        () -> assertThrows(Exception.class, suspended::connect));
        assertTrue(client.getState().isConnected());
        client.disconnect();
    }

    @Test
    void aSuspendedVehicleComesBackWhenItMay() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        rig.suspend(vin, true);
        assertEquals(
                OfflineCause.REVOKED,
                rig.presence(vin, Presence.Offline.class, any -> true).cause());
        rig.suspend(vin, false);
        Eventually.within(Duration.ofSeconds(10)).passes("it may connect", () -> client.connect());
        client.disconnect();
    }

    @Test
    void presenceFollowsTheSession() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        Presence.Online online =
                rig.presence(vin, Presence.Online.class, found -> found.listens().isEmpty());
        assertEquals(1, online.slot());
        assertEquals("5", online.protocol());
        client.subscribeWith().topicFilter(DownTopic.COMMANDS.of(vin)).send();
        Presence.Online listening =
                rig.presence(
                        vin,
                        Presence.Online.class,
                        found -> found.listens().equals(Set.of(DownTopic.COMMANDS)));
        assertEquals(online.session(), listening.session());
        client.disconnect();
        Presence.Offline offline = rig.presence(vin, Presence.Offline.class, any -> true);
        assertEquals(online.session(), offline.session());
        assertEquals(OfflineCause.DISCONNECTED, offline.cause());
    }

    @Test
    void aSecondConnectionTakesOver() {
        Mqtt5BlockingClient first = rig.five(vin, identity);
        first.connect();
        Presence.Online before = rig.presence(vin, Presence.Online.class, any -> true);
        Mqtt5BlockingClient second = rig.five(vin, identity);
        second.connect();
        Eventually.within(Duration.ofSeconds(5))
                .that("the first is closed", () -> !first.getState().isConnected());
        assertTrue(second.getState().isConnected());
        Presence.Offline offline =
                Eventually.within(Duration.ofSeconds(5))
                        .value(
                                "the first one's OFFLINE",
                                () ->
                                        rig.records(Topic.VEHICLE_PRESENCE, vin).stream()
                                                .map(record ->
                                                        Json.read(record.value(), Presence.class))
                                                .filter(Presence.Offline.class::isInstance)
                                                .map(Presence.Offline.class::cast)
                                                .findFirst()
                                                .orElse(null),
                                found -> found != null);
        assertEquals(before.session(), offline.session());
        assertEquals(OfflineCause.TAKEN_OVER, offline.cause());
        second.disconnect();
    }

    @Test
    void aClonedBoxIsPutInQuarantine() {
        Mqtt5BlockingClient last = null;
        for (int i = 0; i < 7; i++) {
            last = rig.five(vin, identity);
            last.connect();
        }
        Mqtt5BlockingClient eighth = rig.five(vin, identity);
        assertThrows(Mqtt5ConnAckException.class, eighth::connect);
        rig.await(
                Topic.VEHICLE_EVENTS,
                vin,
                "the security event",
                record ->
                        EventTypes.CLONE_SUSPECTED.equals(
                                GatewayRig.header(record, Headers.EVENT_TYPE)));
        assertNotNull(last);
        last.disconnect();
    }

    @Test
    void aWillIsBridgedWhenTheConnectionBreaks() throws Exception {
        try (RawVehicle raw = raw()) {
            byte[] payload =
                    "{\"v\":1,\"id\":\"0189dd2e-0000-7000-8000-000000000002\",\"type\":\"lost\"}"
                            .getBytes(StandardCharsets.UTF_8);
            raw.send(RawVehicle.connectWithWill(vin, 60, UpTopic.EVENTS.of(vin), payload));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
        }
        ConsumerRecord<byte[], byte[]> event =
                rig.await(Topic.VEHICLE_EVENTS, vin, "the will", GatewayIT::byTheVehicle);
        assertEquals("vehicle.lost", GatewayRig.header(event, Headers.EVENT_TYPE));
        assertEquals(
                OfflineCause.CONNECTION_LOST,
                rig.presence(vin, Presence.Offline.class, any -> true).cause());
    }

    @Test
    void aWillForAnotherVehiclesTopicIsRefusedAtConnect() throws Exception {
        try (RawVehicle raw = raw()) {
            raw.send(
                    RawVehicle.connectWithWill(
                            vin, 60, "v1/WDRV0TESTGATE9999/up/events", new byte[] {1}));
            RawVehicle.Packet answer = raw.read();
            assertEquals(RawVehicle.CONNACK, answer.type());
            assertTrue(answer.body()[1] != 0);
        }
    }

    @Test
    void downlinksAreAnswered() {
        Mqtt5BlockingClient client = rig.five(vin, identity);
        client.connect();
        Presence.Online online = rig.presence(vin, Presence.Online.class, any -> true);
        rig.down(downlink("early", online, Instant.now().plusSeconds(60)));
        assertEquals(Outcome.NOT_LISTENING, outcome("early"));

        try (Mqtt5BlockingClient.Mqtt5Publishes publishes =
                client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter(DownTopic.COMMANDS.of(vin))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            rig.down(downlink("in-time", online, Instant.now().plusSeconds(60)));
            Mqtt5Publish received = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
            assertEquals(
                    "payload of in-time",
                    new String(received.getPayloadAsBytes(), StandardCharsets.UTF_8));
            assertEquals(MqttQos.AT_LEAST_ONCE, received.getQos());
            assertTrue(received.getMessageExpiryInterval().orElseThrow() <= 60);
            assertEquals(Outcome.DELIVERED, outcome("in-time"));

            rig.down(downlink("too-late", online, Instant.now().minusMillis(1)));
            assertEquals(Outcome.TOO_LATE, outcome("too-late"));
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        Presence.Online other =
                new Presence.Online(
                        new SessionId(7),
                        online.run(),
                        1,
                        Set.of(),
                        0,
                        Instant.now(),
                        "5",
                        Instant.now());
        rig.down(downlink("elsewhere", other, Instant.now().plusSeconds(60)));
        assertEquals(Outcome.NOT_HERE, outcome("elsewhere"));
        Presence.Online formerRun =
                new Presence.Online(
                        online.session(),
                        new RunId(7),
                        1,
                        Set.of(),
                        0,
                        Instant.now(),
                        "5",
                        Instant.now());
        rig.down(downlink("former-run", formerRun, Instant.now().plusSeconds(60)));
        rig.down(downlink("after", other, Instant.now().plusSeconds(60)));
        assertEquals(Outcome.NOT_HERE, outcome("after"));
        assertTrue(
                rig.records(Topic.GATEWAY_REPORTS, vin).stream()
                        .noneMatch(record ->
                                Json.read(record.value(), DownlinkReport.class)
                                        .id()
                                        .equals("former-run")));
        client.disconnect();
    }

    @Test
    void trap4_aVehicleThatDoesNotAcknowledgeIsBusyAfterItsWindow() throws Exception {
        try (RawVehicle raw = raw()) {
            raw.send(
                    RawVehicle.connect(vin, 60),
                    RawVehicle.subscribe(1, DownTopic.COMMANDS.of(vin)));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
            assertEquals(RawVehicle.SUBACK, raw.read().type());
            Presence.Online online =
                    rig.presence(vin, Presence.Online.class, found -> !found.listens().isEmpty());
            for (int i = 1; i <= 17; i++) {
                rig.down(downlink("n" + i, online, Instant.now().plusSeconds(60)));
            }
            assertEquals(Outcome.SENT, outcome("n16"));
            assertEquals(Outcome.BUSY, outcome("n17"));
        }
    }

    @Test
    void trap1_trap2_packetsInOneSegmentAndOnePacketInManyAreUnderstood() throws Exception {
        byte[] payload = new byte[200];
        try (RawVehicle raw = raw()) {
            raw.send(
                    RawVehicle.connect(vin, 60),
                    RawVehicle.subscribe(1, DownTopic.prefix(vin) + "#"),
                    RawVehicle.publish(2, UpTopic.RESPONSES.of(vin), payload));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
            assertEquals(RawVehicle.SUBACK, raw.read().type());
            assertEquals(2, raw.read().packetId());

            byte[][] hundred = new byte[100][];
            for (int i = 0; i < hundred.length; i++) {
                hundred[i] = RawVehicle.publish(100 + i, UpTopic.RESPONSES.of(vin), payload);
            }
            raw.send(hundred);
            for (int i = 0; i < hundred.length; i++) {
                RawVehicle.Packet ack = raw.read();
                assertEquals(RawVehicle.PUBACK, ack.type());
                assertEquals(100 + i, ack.packetId());
            }
            raw.sendByteByByte(RawVehicle.publish(300, UpTopic.RESPONSES.of(vin), payload));
            assertEquals(300, raw.read().packetId());
        }
        Eventually.within(Duration.ofSeconds(5))
                .that("102 records", () -> rig.records(Topic.VEHICLE_REPLIES, vin).size() == 102);
    }

    @Test
    void aSilentVehicleIsClosedAfterOneAndAHalfKeepalives() throws Exception {
        try (RawVehicle raw = raw()) {
            raw.send(RawVehicle.connect(vin, 1));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
            assertEquals(
                    OfflineCause.KEEPALIVE_TIMEOUT,
                    rig.presence(vin, Presence.Offline.class, any -> true).cause());
        }
    }

    @Test
    void trap3_whatTheDecoderRefusesIsAnsweredWithItsReason() throws Exception {
        byte[] large = new byte[81 * 1024];
        assertEquals(
                0x95,
                reasonOf(RawVehicle.publishFive(0x32, 1, UpTopic.CAN.of(vin), large)),
                "beyond the Maximum Packet Size of CONNACK");
        assertEquals(
                0x81,
                reasonOf(RawVehicle.publishFive(0x36, 1, UpTopic.CAN.of(vin), new byte[1])),
                "[MQTT-3.3.1-4] QoS 3");
        assertEquals(
                0x81,
                reasonOf(RawVehicle.publishFive(0x32, 0, UpTopic.CAN.of(vin), new byte[1])),
                "[MQTT-2.2.1-3] packet identifier 0");
        assertEquals(
                0x82, reasonOf(RawVehicle.connectFive(vin, 60)), "[MQTT-3.1.0-2] a second CONNECT");
        assertEquals(0x82, reasonOf(new byte[] {(byte) 0xF0, 0}), "AUTH that nobody asked for");
    }

    @Test
    void trap3_whoIsStillSendingReadsWhyItWasClosed() throws Exception {
        byte[] packet = RawVehicle.publishFive(0x32, 1, UpTopic.CAN.of(vin), new byte[81 * 1024]);
        try (RawVehicle raw = raw()) {
            raw.send(RawVehicle.connectFive(vin, 60));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
            int told = 1_024;
            raw.send(Arrays.copyOf(packet, told));
            RawVehicle.Packet answer = raw.read();
            assertEquals(RawVehicle.DISCONNECT, answer.type());
            for (int at = told; at < packet.length; at += told) {
                raw.send(Arrays.copyOfRange(packet, at, Math.min(at + told, packet.length)));
            }
            assertThrows(java.io.EOFException.class, raw::read, "closed, not reset");
        }
    }

    private int reasonOf(byte[] packet) throws IOException {
        try (RawVehicle raw = raw()) {
            raw.send(RawVehicle.connectFive(vin, 60));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
            raw.send(packet);
            RawVehicle.Packet answer = raw.read();
            assertEquals(RawVehicle.DISCONNECT, answer.type());
            assertThrows(java.io.EOFException.class, raw::read);
            return answer.body()[0] & 0xFF;
        }
    }

    @Test
    void aVehicleWithLimitsOfItsOwnIsClosedWhenItBabbles() throws Exception {
        rig.limit(vin, 1, 1 << 20);
        Eventually.within(Duration.ofSeconds(5))
                .that("the limit is known", () -> rig.rules("limits") >= 1);
        try (RawVehicle raw = raw()) {
            raw.send(RawVehicle.connectFive(vin, 4));
            assertEquals(RawVehicle.CONNACK, raw.read().type());
            for (int i = 1; i <= 40; i++) {
                raw.send(RawVehicle.publishFive(0x32, i, UpTopic.CAN.of(vin), new byte[1]));
            }
            RawVehicle.Packet packet = raw.read();
            while (packet.type() == RawVehicle.PUBACK) {
                packet = raw.read();
            }
            assertEquals(RawVehicle.DISCONNECT, packet.type());
            assertEquals(0x96, packet.body()[0] & 0xFF, "Message rate too high");
        }
    }

    @Test
    void webSocketsWorkTheSame() {
        Mqtt5BlockingClient client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(vin.value())
                        .serverHost("127.0.0.1")
                        .serverPort(rig.webSocketPort())
                        .sslConfig(rig.ssl(identity))
                        .webSocketConfig(MqttWebSocketConfig.builder().serverPath("mqtt").build())
                        .buildBlocking();
        client.connect();
        publish(client, UpTopic.RESPONSES.of(vin));
        rig.await(Topic.VEHICLE_REPLIES, vin, "the reply", any -> true);
        assertThrows(
                Mqtt5PubAckException.class, () -> publish(client, "v1/WDRV0TESTGATE9999/up/can"));
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes =
                client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter(DownTopic.COMMANDS.of(vin))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            Presence.Online online =
                    rig.presence(vin, Presence.Online.class, now -> !now.listens().isEmpty());
            rig.down(downlink("over-ws", online, Instant.now().plusSeconds(60)));
            assertTrue(publishes.receive(10, TimeUnit.SECONDS).isPresent());
            Eventually.within(Duration.ofSeconds(5))
                    .that("it is delivered", () -> outcome("over-ws") == Outcome.DELIVERED);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        rig.revoke(identity.certificate());
        assertEquals(
                OfflineCause.REVOKED,
                rig.presence(vin, Presence.Offline.class, any -> true).cause());
    }

    private RawVehicle raw() throws IOException {
        return new RawVehicle(rig.port(), identity, rig.ca.trustStore());
    }

    private void refusedHandshake(TestIdentity wrong) {
        Mqtt5BlockingClient client = rig.five(vin, wrong);
        assertThrows(Exception.class, client::connect);
    }

    private Downlink downlink(String id, Presence.Online online, Instant expiresAt) {
        return new Downlink(
                vin,
                id,
                1,
                online.run(),
                online.session(),
                DownTopic.COMMANDS,
                expiresAt,
                "payload of " + id);
    }

    /** The last report of a downlink. */
    private Outcome outcome(String id) {
        return Eventually.within(Duration.ofSeconds(10))
                .value(
                        "a report of " + id,
                        () ->
                                rig.records(Topic.GATEWAY_REPORTS, vin).stream()
                                        .map(record ->
                                                Json.read(record.value(), DownlinkReport.class))
                                        .filter(report -> report.id().equals(id))
                                        .map(DownlinkReport::outcome)
                                        .reduce((earlier, later) -> later)
                                        .orElse(null),
                        found -> found != null && (found != Outcome.SENT || !id.equals("in-time")));
    }

    private static void publish(Mqtt5BlockingClient client, String topic) {
        publish(client, topic, "{}");
    }

    private static void publish(Mqtt5BlockingClient client, String topic, String payload) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
