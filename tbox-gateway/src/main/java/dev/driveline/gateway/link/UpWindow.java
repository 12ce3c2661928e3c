package dev.driveline.gateway.link;

import dev.driveline.contract.vehicle.VehicleSession.Received;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Publishes of the vehicle between their arrival and their acknowledgement: in order, within the
 * window, each QoS 2 message once. Source: MQTT 5 §4.3.2, §4.3.3, §4.6, §4.9.
 */
final class UpWindow {

    private final Limits limits;
    private final Deque<Ticket> waiting = new ArrayDeque<>();
    private int waitingBytes;

    /** QoS 2 identifiers from their PUBLISH to their PUBREL. */
    private final Map<Integer, ExactlyOnce> unreleased = new HashMap<>();

    private final Set<Integer> releasedHere = new HashSet<>();

    private static final class ExactlyOnce {
        final long digest;

        /** Whether Kafka has it: then it belongs to the session's memory. */
        boolean received;

        /** Whether a former connection left it, and no packet of this one has named it yet. */
        boolean inherited;

        ExactlyOnce(long digest, boolean inherited) {
            this.digest = digest;
            this.received = inherited;
            this.inherited = inherited;
        }
    }

    UpWindow(Limits limits, List<Received> before) {
        this.limits = limits;
        before.forEach(this::inherit);
    }

    /** What the former connection really left, now that all of it was read. */
    void reconcile(List<Received> before) {
        unreleased.values().removeIf(each -> each.inherited);
        for (Received each : before) {
            if (!releasedHere.contains(each.packetId())
                    && !unreleased.containsKey(each.packetId())) {
                inherit(each);
            }
        }
    }

    private void inherit(Received known) {
        unreleased.put(known.packetId(), new ExactlyOnce(known.digest(), true));
    }

    /** Whether the vehicle has used its Receive Maximum up; one more breaks the protocol. */
    boolean full() {
        long owed =
                unreleased.values().stream()
                        .filter(each -> each.received && !each.inherited)
                        .count();
        return waiting.size() + owed >= limits.windowPackets();
    }

    /**
     * Whether the vehicle keeps within its window; beyond it, it is not read. A full window is
     * within: its PINGREQ must be heard for as long as Kafka is away.
     */
    boolean mayRead() {
        return waiting.size() <= limits.windowPackets() && waitingBytes <= limits.windowBytes();
    }

    /**
     * Whether this QoS 2 PUBLISH is on its way already. What a former connection left is recognised
     * by its content, too: its identifier may have been released where we could not see it, and
     * name a new message by now.
     */
    boolean repeated(int packetId, long digest) {
        ExactlyOnce known = unreleased.get(packetId);
        if (known == null) {
            return false;
        }
        if (known.inherited && known.digest != digest) {
            unreleased.remove(packetId);
            return false;
        }
        known.inherited = false;
        return true;
    }

    /** Whether a repeated QoS 2 PUBLISH is owed its PUBREC: once it was answered it is again. */
    boolean owesPubRec(int packetId) {
        ExactlyOnce known = unreleased.get(packetId);
        return known != null
                && known.received
                && waiting.stream()
                        .noneMatch(ticket -> ticket.qos == 2 && ticket.packetId == packetId);
    }

    /**
     * A refused QoS 2 publish ends with its PUBREC: its identifier is not kept.
     *
     * @param digest of a QoS 2 publish
     */
    void admit(Ticket ticket, long digest) {
        if (ticket.qos == 2 && !ticket.refuses()) {
            unreleased.put(ticket.packetId, new ExactlyOnce(digest, false));
            releasedHere.remove(ticket.packetId);
        }
        waiting.addLast(ticket);
        waitingBytes += ticket.bytes;
    }

    /** Kafka has a QoS 2 publish: its identifier belongs to the session from now on. */
    void remember(Ticket ticket) {
        ExactlyOnce known = unreleased.get(ticket.packetId);
        if (known != null) {
            known.received = true;
        }
    }

    boolean firstIsAcknowledgeable() {
        Ticket first = waiting.peekFirst();
        return first != null && first.acknowledgeable;
    }

    Ticket takeFirst() {
        Ticket first = waiting.removeFirst();
        waitingBytes -= first.bytes;
        return first;
    }

    /**
     * PUBREL.
     *
     * @return whether the identifier was in use
     */
    boolean release(int packetId) {
        releasedHere.add(packetId);
        ExactlyOnce known = unreleased.get(packetId);
        if (known == null || !known.received) {
            return false;
        }
        unreleased.remove(packetId);
        return true;
    }

    /** For the session's record. */
    List<Received> received() {
        return unreleased.entrySet().stream()
                .filter(each -> each.getValue().received)
                .map(each -> new Received(each.getKey(), each.getValue().digest))
                .toList();
    }

    int waiting() {
        return waiting.size();
    }
}
