package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.embedded.EmbeddedKafka;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Ports;
import dev.driveline.testkit.TestClock;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka goes away and comes back: nobody is disconnected, nothing is acknowledged too early. */
class KafkaAwayIT {

    private static final int WINDOW = 16;
    private static final int KEEP_ALIVE_S = 30;
    private static final Duration SILENCE = Duration.ofMillis(700);
    private static final Duration MOST_OF_A_KEEP_ALIVE = Duration.ofSeconds(40);

    @TempDir Path folder;

    private final TestClock clock = TestClock.at(Instant.now());
    private EmbeddedKafka.Config config;
    private EmbeddedKafka kafka;
    private GatewayRig rig;

    @BeforeEach
    void start() throws IOException {
        config =
                EmbeddedKafka.Config.in(folder.resolve("kafka"))
                        .withPorts(Ports.free(), Ports.free());
        kafka = EmbeddedKafka.start(config);
        rig = new GatewayRig(kafka.bootstrap(), "away.", folder, clock, 3L * 256 * 1024);
    }

    @AfterEach
    void stop() {
        rig.close();
        kafka.close();
    }

    @Test
    void trap9_sessionsLastAsLongAsTheOutage() throws IOException {
        Vin within = Vin.of("WDRV0TESTAWAY0001");
        Vin beyond = Vin.of("WDRV0TESTAWAY0002");
        Vin silent = Vin.of("WDRV0TESTAWAY0003");
        Vin late = Vin.of("WDRV0TESTAWAY0004");
        try (RawVehicle first = connected(within);
                RawVehicle second = connected(beyond);
                RawVehicle third = connected(silent)) {
            first.send(publish(within, 100));
            assertEquals(100, acknowledged(first));
            rig.presence(silent, Presence.Online.class, any -> true);
            kafka.close();

            first.send(publishes(within, WINDOW));
            second.send(publishes(beyond, WINDOW + 1));
            second.send(RawVehicle.ping());
            first.staysSilentFor(SILENCE);
            second.staysSilentFor(SILENCE);

            // Twice most of a keepalive: who is heard stays, and who is not read by us stays.
            for (int i = 0; i < 2; i++) {
                first.send(RawVehicle.ping());
                assertEquals(RawVehicle.PINGRESP, first.read().type());
                clock.advance(MOST_OF_A_KEEP_ALIVE);
            }
            first.send(RawVehicle.ping());
            assertEquals(RawVehicle.PINGRESP, first.read().type());
            assertThrows(EOFException.class, third::read, "nothing was heard of it");
            second.staysSilentFor(SILENCE);

            try (RawVehicle newcomer = connected(late)) {
                newcomer.send(publish(late, 1));
                newcomer.staysSilentFor(SILENCE);
                assertEquals(3, rig.sessions());

                kafka = EmbeddedKafka.start(config);
                assertEquals(upTo(WINDOW), acknowledged(first, WINDOW));
                // The first acknowledgement brings it back into its window: the ping is heard.
                assertEquals(upTo(WINDOW + 1), acknowledgedAroundAPing(second, WINDOW + 1));
                assertEquals(1, acknowledged(newcomer));
                assertEquals(3, rig.sessions());
            }
        }
        assertEquals(payloads(100, WINDOW), stored(within, WINDOW + 1));
        assertEquals(payloads(-1, WINDOW + 1), stored(beyond, WINDOW + 1));
        assertEquals(payloads(-1, 1), stored(late, 1));
    }

    @Test
    void whatMayBeLostIsDroppedAndCountedBeyondTheBudget() throws IOException {
        Vin many = Vin.of("WDRV0TESTAWAY0005");
        Vin few = neighbourOf(many);
        byte[] large = new byte[64 * 1024];
        try (RawVehicle first = connected(many);
                RawVehicle second = connected(few)) {
            first.send(publish(many, 100));
            assertEquals(100, acknowledged(first));
            kafka.close();
            for (int i = 0; i < 4; i++) {
                first.send(RawVehicle.publishAtMostOnce(UpTopic.CAN.of(many), large));
            }
            first.staysSilentFor(SILENCE);
            second.send(
                    RawVehicle.publishAtMostOnce(UpTopic.CAN.of(few), large), RawVehicle.ping());
            assertEquals(RawVehicle.PINGRESP, second.read().type());
            assertEquals(1, rig.counted("gateway.publishes.dropped"));

            kafka = EmbeddedKafka.start(config);
            first.send(publish(many, 7));
            assertEquals(7, acknowledged(first));
            first.send(RawVehicle.ping());
            assertEquals(RawVehicle.PINGRESP, first.read().type());
        }
        Eventually.within(Duration.ofSeconds(10))
                .that("what was within is stored", () -> canRecords(many) == 6);
        assertEquals(0, canRecords(few));
    }

    private int canRecords(Vin vin) {
        return rig.records(Topic.TELEMETRY_CAN, vin).size();
    }

    /** A vehicle of the same partition. */
    private static Vin neighbourOf(Vin vin) {
        return IntStream.range(1_000, 2_000)
                .mapToObj(i -> Vin.of("WDRV0TESTAWAY" + i))
                .filter(other -> partitionOf(other) == partitionOf(vin))
                .findFirst()
                .orElseThrow();
    }

    private static int partitionOf(Vin vin) {
        return BuiltInPartitioner.partitionForKey(
                vin.value().getBytes(StandardCharsets.US_ASCII), GatewayRig.PARTITIONS);
    }

    private RawVehicle connected(Vin vin) throws IOException {
        return Eventually.within(Duration.ofSeconds(10))
                .value(
                        vin + " is connected",
                        () -> {
                            RawVehicle vehicle =
                                    new RawVehicle(
                                            rig.port(), rig.identity(vin), rig.ca.trustStore());
                            vehicle.send(RawVehicle.connect(vin, KEEP_ALIVE_S));
                            RawVehicle.Packet answer = vehicle.read();
                            assertEquals(RawVehicle.CONNACK, answer.type());
                            assertEquals(0, answer.body()[1]);
                            return vehicle;
                        },
                        any -> true);
    }

    private static byte[] publish(Vin vin, int packetId) {
        return RawVehicle.publish(
                packetId, UpTopic.CAN.of(vin), ("p" + packetId).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[][] publishes(Vin vin, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(id -> publish(vin, id))
                .toArray(byte[][]::new);
    }

    private static int acknowledged(RawVehicle vehicle) throws IOException {
        return acknowledged(vehicle, 1).getFirst();
    }

    private static List<Integer> acknowledged(RawVehicle vehicle, int count) throws IOException {
        Integer[] ids = new Integer[count];
        for (int i = 0; i < count; i++) {
            RawVehicle.Packet packet = vehicle.read();
            assertEquals(RawVehicle.PUBACK, packet.type());
            ids[i] = packet.packetId();
        }
        return List.of(ids);
    }

    private static List<Integer> acknowledgedAroundAPing(RawVehicle vehicle, int count)
            throws IOException {
        List<Integer> ids = new ArrayList<>();
        int pings = 0;
        while (ids.size() + pings < count + 1) {
            RawVehicle.Packet packet = vehicle.read();
            if (packet.type() == RawVehicle.PINGRESP) {
                assertTrue(!ids.isEmpty(), "not before it may be read again");
                pings++;
            } else {
                assertEquals(RawVehicle.PUBACK, packet.type());
                ids.add(packet.packetId());
            }
        }
        return ids;
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    private static List<String> payloads(int first, int count) {
        return IntStream.concat(
                        IntStream.of(first).filter(id -> id > 0), IntStream.rangeClosed(1, count))
                .mapToObj(id -> "p" + id)
                .toList();
    }

    private List<String> stored(Vin vin, int count) {
        Eventually.within(Duration.ofSeconds(10))
                .that(
                        count + " records of " + vin,
                        () -> rig.records(Topic.TELEMETRY_CAN, vin).size() >= count);
        assertTrue(rig.records(Topic.TELEMETRY_CAN, vin).size() <= count, "once each");
        return rig.records(Topic.TELEMETRY_CAN, vin).stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }
}
