package dev.driveline.gateway.link;

import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.acl.TopicAcl;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one connected vehicle is owed and owes, after CONNACK. Touched on its own event loop only.
 *
 * <pre>
 * PUBLISH QoS 1   → Forward(ticket) → stored(ticket) → PUBACK, in order of arrival
 * PUBLISH QoS 2   → Forward(ticket) → stored(ticket) → PUBREC → PUBREL → PUBCOMP; repeated: not forwarded
 * PUBLISH QoS 0   → Forward without a ticket
 * down(id)        → Send(packet id) → PUBACK → the id; or Busy, NotListening, TooLate
 * </pre>
 *
 * An acknowledgement only ever comes out of {@link #stored}, so "after Kafka" cannot be forgotten.
 * Reading goes on while {@link #mayRead}. Source: MQTT 5 §3.3 to §3.7, §4.3, §4.9.
 */
public final class Link {

    private static final int LAST_PACKET_ID = 65_535;

    private final Limits limits;
    private final TopicAcl acl;
    private final boolean mqtt5;
    private final int downWindow;
    private final Deque<Ticket> waiting = new ArrayDeque<>();
    private final BitSet releasable = new BitSet();
    private final Map<Integer, String> aliases = new HashMap<>();
    private final Map<String, Set<DownTopic>> subscriptions = new LinkedHashMap<>();
    private final Map<Integer, Sent> unacknowledged = new HashMap<>();
    private int waitingBytes;
    private int lastPacketId;

    /**
     * @param receiveMaximum what the vehicle states for publishes to it; 65,535 without a statement
     */
    public Link(Limits limits, TopicAcl acl, boolean mqtt5, int receiveMaximum) {
        this.limits = limits;
        this.acl = acl;
        this.mqtt5 = mqtt5;
        this.downWindow = Math.min(limits.downPackets(), receiveMaximum);
    }

    /** What to do with a PUBLISH. */
    public sealed interface Incoming {

        /** Write it to Kafka; with a ticket for QoS 1 and 2, to be handed to {@link #stored}. */
        record Forward(UpTopic topic, @Nullable Ticket ticket) implements Incoming {}

        /**
         * There is no such topic below the vehicle's {@code up/}; to be recorded as rejected. With
         * a ticket (3.1.1) it is acknowledged once that record is stored; without one it is
         * answered now with 0x87 (MQTT 5), or not at all (QoS 0).
         */
        record Refused(String topicName, @Nullable Ticket ticket) implements Incoming {}

        /** QoS 2, already on its way. */
        record Repeated() implements Incoming {}

        record Close(CloseReason reason, String why) implements Incoming {}
    }

    /**
     * A PUBLISH has come.
     *
     * @param alias the topic alias property; null without one
     */
    public Incoming publish(
            int packetId,
            int qos,
            boolean retain,
            String topicName,
            @Nullable Integer alias,
            int bytes) {
        if (retain && mqtt5) {
            return new Incoming.Close(
                    CloseReason.RETAIN_NOT_SUPPORTED, "CONNACK said that retain is not available");
        }
        String resolved = topicName;
        if (alias != null) {
            if (alias < 1 || alias > limits.topicAliases()) {
                return new Incoming.Close(
                        CloseReason.TOPIC_ALIAS_INVALID,
                        "topic alias " + alias + ", expected 1 to " + limits.topicAliases());
            }
            if (topicName.isEmpty()) {
                String known = aliases.get(alias);
                if (known == null) {
                    return new Incoming.Close(
                            CloseReason.PROTOCOL_ERROR, "topic alias " + alias + " was never set");
                }
                resolved = known;
            } else {
                aliases.put(alias, topicName);
            }
        }
        if (resolved.isEmpty()) {
            return new Incoming.Close(
                    CloseReason.PROTOCOL_ERROR, "an empty topic name without a topic alias");
        }
        if (qos == 2 && releasable.get(packetId)) {
            return new Incoming.Repeated();
        }
        return switch (acl.publish(resolved)) {
            case TopicAcl.Publish.Allowed allowed ->
                    new Incoming.Forward(allowed.topic(), admit(packetId, qos, bytes));
            case TopicAcl.Publish.UnknownOwn _ ->
                    new Incoming.Refused(resolved, mqtt5 ? null : admit(packetId, qos, bytes));
            case TopicAcl.Publish.Foreign _ -> foreign(resolved);
        };
    }

    /** Who acknowledges. */
    public interface Acknowledger {
        void puback(int packetId);

        void pubrec(int packetId);
    }

    /** Kafka has it; acknowledges it and what waited behind it. */
    public void stored(Ticket ticket, Acknowledger acknowledger) {
        ticket.stored = true;
        Ticket first = waiting.peekFirst();
        while (first != null && first.stored) {
            waiting.removeFirst();
            waitingBytes -= first.bytes;
            if (first.qos == 1) {
                acknowledger.puback(first.packetId);
            } else {
                acknowledger.pubrec(first.packetId);
            }
            first = waiting.peekFirst();
        }
    }

    /**
     * A repeated QoS 2 PUBLISH whose PUBREC was already sent gets it again; one still waiting not.
     */
    public boolean owesPubrec(int packetId) {
        return releasable.get(packetId)
                && waiting.stream()
                        .noneMatch(ticket -> ticket.qos == 2 && ticket.packetId == packetId);
    }

    /** PUBREL: the packet id may be used for a new message; PUBCOMP is always the answer. */
    public void released(int packetId) {
        releasable.clear(packetId);
    }

    /**
     * Whether the vehicle keeps within its window; beyond it, it is not read. A full window is
     * within: its PINGREQ must be heard for as long as Kafka is away.
     */
    public boolean mayRead() {
        return waiting.size() <= limits.windowPackets() && waitingBytes <= limits.windowBytes();
    }

    /** Publishes that wait for Kafka. */
    public int waiting() {
        return waiting.size();
    }

    /**
     * One filter of a SUBSCRIBE.
     *
     * @return whether it is granted
     */
    public boolean subscribe(String filter) {
        Set<DownTopic> topics = acl.subscribe(filter);
        boolean full =
                subscriptions.size() >= limits.subscriptions()
                        && !subscriptions.containsKey(filter);
        if (topics.isEmpty() || full) {
            return false;
        }
        subscriptions.put(filter, topics);
        return true;
    }

    /**
     * One filter of an UNSUBSCRIBE.
     *
     * @return whether there was such a subscription
     */
    public boolean unsubscribe(String filter) {
        return subscriptions.remove(filter) != null;
    }

    /** The down topics that some subscription covers. */
    public Set<DownTopic> listens() {
        Set<DownTopic> topics = EnumSet.noneOf(DownTopic.class);
        subscriptions.values().forEach(topics::addAll);
        return topics;
    }

    /** A publish to the vehicle, as its report names it. */
    public record Sent(DownTopic topic, String id, int attempt) {}

    /** What to do with a publish to the vehicle. */
    public sealed interface Outgoing {
        /** With QoS 1 and this packet id. */
        record Send(int packetId) implements Outgoing {}

        /** The vehicle's window is full; whoever sent it keeps it. */
        record Busy() implements Outgoing {}

        record NotListening() implements Outgoing {}

        record TooLate() implements Outgoing {}
    }

    /** Something is to go to the vehicle; {@link #acknowledged} gives it back. */
    public Outgoing down(Sent publish, Instant expiresAt, Instant now) {
        if (!now.isBefore(expiresAt)) {
            return new Outgoing.TooLate();
        }
        if (!listens().contains(publish.topic())) {
            return new Outgoing.NotListening();
        }
        if (unacknowledged.size() >= downWindow) {
            return new Outgoing.Busy();
        }
        do {
            lastPacketId = lastPacketId == LAST_PACKET_ID ? 1 : lastPacketId + 1;
        } while (unacknowledged.containsKey(lastPacketId));
        unacknowledged.put(lastPacketId, publish);
        return new Outgoing.Send(lastPacketId);
    }

    /**
     * The vehicle's PUBACK.
     *
     * @return what {@link #down} was given; null for a packet id that is not in flight
     */
    public @Nullable Sent acknowledged(int packetId) {
        return unacknowledged.remove(packetId);
    }

    /** Whether its PUBACK is still to come, from whichever attempt. */
    public boolean awaitsAcknowledgement(DownTopic topic, String id) {
        return unacknowledged.values().stream()
                .anyMatch(sent -> sent.topic() == topic && sent.id().equals(id));
    }

    private @Nullable Ticket admit(int packetId, int qos, int bytes) {
        if (qos == 0) {
            return null;
        }
        if (qos == 2) {
            releasable.set(packetId);
        }
        Ticket ticket = new Ticket(packetId, qos, bytes);
        waiting.addLast(ticket);
        waitingBytes += bytes;
        return ticket;
    }

    /**
     * MQTT 5 gets 0x87 for the packet; 3.1.1 cannot be told, and closing is right for another's
     * topic.
     */
    private Incoming foreign(String topicName) {
        return mqtt5
                ? new Incoming.Refused(topicName, null)
                : new Incoming.Close(
                        CloseReason.FOREIGN_TOPIC,
                        "publish to '" + topicName + "', not one of its own topics");
    }
}
