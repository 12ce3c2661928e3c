package dev.driveline.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A vehicle, Kafka and a dispatcher do what they like; the link keeps its promises. */
class LinkSimulationTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Limits LIMITS = new Limits(4, 100, 3, 4, 4);

    @Test
    void aLinkKeepsItsPromises() {
        Trials.of(20_260_501)
                .run(
                        400,
                        random -> {
                            World world = new World(random);
                            for (int step = 0; step < 200; step++) {
                                world.step();
                                world.check();
                            }
                            world.settle();
                        });
    }

    /** A publish that the link has taken in. */
    private record Taken(int number, int packetId, int qos, int bytes, Ticket ticket) {}

    private static final class World implements Link.Acknowledger {

        private final Draw random;
        private final Link link;
        private final int downWindow;
        private final Deque<Taken> unacknowledged = new ArrayDeque<>();
        private final List<Taken> atKafka = new ArrayList<>();
        private final Set<Integer> stored = new HashSet<>();
        private final Set<Integer> acknowledged = new HashSet<>();
        private final Set<Integer> unreleased = new HashSet<>();
        private final Set<Integer> receivedIds = new HashSet<>();
        private final Map<Integer, String> down = new HashMap<>();
        private int numbers;

        World(Draw random) {
            this.random = random;
            int receiveMaximum = 1 + random.nextInt(5);
            this.downWindow = Math.min(LIMITS.downPackets(), receiveMaximum);
            this.link = new Link(LIMITS, new TopicAcl(VIN), random.nextBoolean(), receiveMaximum);
            link.subscribe(DownTopic.prefix(VIN) + "#");
        }

        void step() {
            switch (random.nextInt(6)) {
                case 0, 1 -> publish();
                case 2 -> kafkaStores();
                case 3 -> release();
                case 4 -> sendDown();
                default -> vehicleAcknowledges();
            }
        }

        private void publish() {
            if (!link.mayRead()) {
                return;
            }
            int qos = random.nextInt(3);
            int packetId = qos == 0 ? -1 : 1 + random.nextInt(6);
            boolean inUse =
                    unacknowledged.stream()
                            .anyMatch(taken -> taken.packetId() == packetId && taken.qos() == 1);
            if (inUse || (qos == 1 && unreleased.contains(packetId))) {
                return;
            }
            int bytes = random.nextInt(50);
            random.note("PUBLISH " + packetId + " QoS " + qos + ", " + bytes + " bytes");
            Link.Incoming incoming =
                    link.publish(packetId, qos, false, UpTopic.CAN.of(VIN), null, bytes);
            if (qos == 2 && unreleased.contains(packetId)) {
                assertInstanceOf(Link.Incoming.Repeated.class, incoming);
                assertEquals(receivedIds.contains(packetId), link.owesPubrec(packetId));
                return;
            }
            Ticket ticket = assertInstanceOf(Link.Incoming.Forward.class, incoming).ticket();
            assertEquals(qos > 0, ticket != null);
            if (ticket != null) {
                Taken taken = new Taken(++numbers, packetId, qos, bytes, ticket);
                unacknowledged.addLast(taken);
                atKafka.add(taken);
                if (qos == 2) {
                    unreleased.add(packetId);
                }
            }
        }

        private void kafkaStores() {
            if (!atKafka.isEmpty()) {
                Taken taken = atKafka.remove(random.nextInt(atKafka.size()));
                random.note("stored " + taken.number());
                stored.add(taken.number());
                link.stored(taken.ticket(), this);
            }
        }

        /** A vehicle releases what it got PUBREC for. */
        private void release() {
            if (!receivedIds.isEmpty()) {
                int packetId = random.oneOf(List.copyOf(receivedIds));
                random.note("PUBREL " + packetId);
                link.released(packetId);
                receivedIds.remove(packetId);
                unreleased.remove(packetId);
            }
        }

        private void sendDown() {
            String id = "c" + ++numbers;
            boolean full = down.size() >= downWindow;
            Link.Outgoing outgoing =
                    link.down(new Link.Sent(DownTopic.COMMANDS, id, 1), NOW.plusSeconds(1), NOW);
            random.note("down " + id + ": " + outgoing);
            if (full) {
                assertInstanceOf(Link.Outgoing.Busy.class, outgoing);
            } else {
                int packetId = assertInstanceOf(Link.Outgoing.Send.class, outgoing).packetId();
                assertTrue(packetId >= 1 && packetId <= 65_535);
                assertFalse(down.containsKey(packetId), "packet id " + packetId + " is in flight");
                down.put(packetId, id);
            }
        }

        private void vehicleAcknowledges() {
            if (!down.isEmpty()) {
                int packetId = random.oneOf(List.copyOf(down.keySet()));
                random.note("vehicle's PUBACK " + packetId);
                assertEquals(down.remove(packetId), link.acknowledged(packetId).id());
            }
        }

        @Override
        public void puback(int packetId) {
            acknowledge(packetId, 1);
        }

        @Override
        public void pubrec(int packetId) {
            acknowledge(packetId, 2);
            receivedIds.add(packetId);
        }

        private void acknowledge(int packetId, int qos) {
            Taken first = unacknowledged.removeFirst();
            assertEquals(first.packetId(), packetId, "in order of arrival");
            assertEquals(first.qos(), qos);
            assertTrue(stored.contains(first.number()), "not before it is stored");
            assertTrue(acknowledged.add(first.number()), "once");
        }

        void check() {
            int bytes = unacknowledged.stream().mapToInt(Taken::bytes).sum();
            boolean within =
                    unacknowledged.size() <= LIMITS.windowPackets()
                            && bytes <= LIMITS.windowBytes();
            assertEquals(within, link.mayRead());
            assertEquals(unacknowledged.size(), link.waiting());
            assertTrue(down.size() <= downWindow);
            assertTrue(
                    unacknowledged.isEmpty()
                            || !stored.contains(unacknowledged.getFirst().number()),
                    "what is stored and first is acknowledged at once");
        }

        void settle() {
            while (!atKafka.isEmpty()) {
                kafkaStores();
                check();
            }
            assertEquals(0, link.waiting());
            assertTrue(link.mayRead());
            assertEquals(stored, acknowledged);
        }
    }
}
