package dev.driveline.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.link.SimulatedWorld.Connection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An MQTT client as the standard wants it, which checks what it is told. */
final class SimulatedVehicle {

    private final SimulatedWorld world;
    private final boolean lasting;
    private final Map<Integer, Sending> outgoing = new LinkedHashMap<>();
    private final Map<String, Integer> offered = new HashMap<>();
    private final List<Integer> toAcknowledge = new ArrayList<>();
    final Set<String> received = new HashSet<>();
    Connection connection;
    boolean subscribed;
    int acknowledged;
    int resumptions;
    int dups;
    private int epoch;
    private int numbers;
    private int lastPacketId;

    /** A publish on its way. */
    private static final class Sending {
        final int number;
        final int qos;
        boolean releasing;

        Sending(int number, int qos) {
            this.number = number;
            this.qos = qos;
        }
    }

    SimulatedVehicle(SimulatedWorld world) {
        this.world = world;
        this.lasting = !world.random.oneIn(4);
    }

    Set<Integer> unacknowledged() {
        return outgoing.keySet();
    }

    void act() {
        if (connection == null) {
            connect();
        } else if (outgoing.size() < 3 && accepted) {
            int packetId = freeId();
            Sending sending = new Sending(++numbers, 1 + world.random.nextInt(2));
            outgoing.put(packetId, sending);
            publish(packetId, sending, false);
        } else {
            answerAll();
        }
    }

    private boolean accepted;

    void connect() {
        accepted = false;
        var connecting = new LinkStand.Connecting(Protocol.MQTT_5);
        if (lasting) {
            connecting.lasting();
        }
        var gateway = world.someGateway();
        connection = world.new Connection(gateway, lasting);
        connecting.session = connection.id;
        connecting.readOffset = gateway.presenceRead;
        connecting.stored = gateway.memory.find(LinkStand.VIN, world.now());
        world.random.note("connects to gateway " + gateway.slot + " as " + connection.id);
        connection.step(connecting.input());
    }

    /** The connection breaks; what was on its way to the vehicle is gone. */
    void loseConnection() {
        if (connection != null) {
            Connection lost = connection;
            connection = null;
            toAcknowledge.clear();
            world.random.note("connection " + lost.id + " breaks");
            // The gateway may notice, or keep a half-open connection.
            if (world.random.nextBoolean()) {
                lost.step(new Input.Gone());
            }
        }
    }

    void ping() {
        if (connection == null) {
            connect();
        }
        connection.step(new Input.PingReq());
    }

    /** Takes one packet. */
    boolean takeOne() {
        if (connection == null) {
            return false;
        }
        Effect packet = connection.toVehicle.pollFirst();
        if (packet == null) {
            if (connection.dead || connection.hungUp) {
                loseConnection();
            }
            return false;
        }
        take(packet);
        return true;
    }

    private void take(Effect packet) {
        switch (packet) {
            case Effect.Accept accept -> accepted(accept);
            case Effect.PubAck ack -> done(ack.packetId(), 1);
            case Effect.PubRec rec -> {
                Sending sending = outgoing.get(rec.packetId());
                if (sending != null) {
                    assertTrue(
                            world.stored.contains(sending.number),
                            "PUBREC of " + sending.number + ", which is not stored");
                    sending.releasing = true;
                    connection.step(new Input.PubRel(rec.packetId()));
                }
            }
            case Effect.PubComp comp -> done(comp.packetId(), 2);
            case Effect.SubAck _ -> subscribed = true;
            case Effect.Publish publish -> {
                if (publish.dup()) {
                    dups++;
                }
                received.add(publish.id());
                toAcknowledge.add(publish.packetId());
            }
            default -> {}
        }
    }

    private void done(int packetId, int qos) {
        Sending sending = outgoing.remove(packetId);
        if (sending != null) {
            assertEquals(qos, sending.qos);
            assertTrue(
                    world.stored.contains(sending.number),
                    "acknowledged " + sending.number + ", which is not stored");
            acknowledged++;
        }
    }

    /** [MQTT-4.4.0-1], [MQTT-3.3.1-1]: sent again with DUP, or the session is a new one. */
    private void accepted(Effect.Accept accept) {
        accepted = true;
        if (accept.sessionPresent()) {
            resumptions++;
            outgoing.forEach((packetId, sending) -> {
                if (sending.releasing) {
                    connection.step(new Input.PubRel(packetId));
                } else {
                    publish(packetId, sending, true);
                }
            });
        } else {
            epoch++;
            subscribed = false;
            List<Sending> again =
                    outgoing.values().stream().filter(sending -> !sending.releasing).toList();
            outgoing.clear();
            for (Sending sending : again) {
                int packetId = freeId();
                outgoing.put(packetId, sending);
                publish(packetId, sending, false);
            }
            connection.step(LinkStand.subscribe(1, LinkStand.DOWN + "#"));
        }
    }

    /** A gateway puts it on the wire of the vehicle's connection. */
    void publishing(Effect.Publish publish) {
        offered.putIfAbsent(publish.id(), epoch);
    }

    void answerAll() {
        if (connection != null) {
            List<Integer> now = List.copyOf(toAcknowledge);
            toAcknowledge.clear();
            now.forEach(packetId -> connection.step(new Input.PubAck(packetId, 0)));
        }
    }

    /** What went out in this session, and was not forgotten with it, has arrived. */
    void checkDelivered() {
        offered.forEach((id, when) ->
                assertTrue(when < epoch || received.contains(id), id + " is missing"));
    }

    private void publish(int packetId, Sending sending, boolean dup) {
        byte[] payload = ByteBuffer.allocate(4).putInt(sending.number).array();
        connection.step(
                new Input.Publish(
                        packetId,
                        sending.qos,
                        dup,
                        false,
                        UpTopic.CAN.of(LinkStand.VIN),
                        false,
                        0,
                        payload,
                        Input.Extras.NONE));
    }

    private int freeId() {
        do {
            lastPacketId = lastPacketId % 5 + 1;
        } while (outgoing.containsKey(lastPacketId));
        return lastPacketId;
    }
}
