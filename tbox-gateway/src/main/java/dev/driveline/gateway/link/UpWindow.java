package dev.driveline.gateway.link;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Publishes of the vehicle between their arrival and their acknowledgement: in order, within the
 * window, each QoS 2 identifier once. Source: MQTT 5 §4.3.2, §4.3.3, §4.6, §4.9.
 */
final class UpWindow {

    private final Limits limits;
    private final Deque<Ticket> waiting = new ArrayDeque<>();
    private int waitingBytes;

    /** QoS 2 identifiers from their PUBLISH to their PUBREL. */
    private final BitSet unreleased = new BitSet();

    /** Those of them that Kafka has: the session's memory. */
    private final BitSet received = new BitSet();

    UpWindow(Limits limits, List<Integer> receivedBefore) {
        this.limits = limits;
        for (int packetId : receivedBefore) {
            unreleased.set(packetId);
            received.set(packetId);
        }
    }

    /** Whether the vehicle has used its Receive Maximum up; one more breaks the protocol. */
    boolean full() {
        return waiting.size() + received.cardinality() >= limits.windowPackets();
    }

    /**
     * Whether the vehicle keeps within its window; beyond it, it is not read. A full window is
     * within: its PINGREQ must be heard for as long as Kafka is away.
     */
    boolean mayRead() {
        return waiting.size() <= limits.windowPackets() && waitingBytes <= limits.windowBytes();
    }

    /** Whether this QoS 2 PUBLISH is on its way already. */
    boolean repeated(int packetId) {
        return unreleased.get(packetId);
    }

    /** Whether a repeated QoS 2 PUBLISH is owed its PUBREC: once it was answered it is again. */
    boolean owesPubRec(int packetId) {
        return received.get(packetId)
                && waiting.stream()
                        .noneMatch(ticket -> ticket.qos == 2 && ticket.packetId == packetId);
    }

    /** A refused QoS 2 publish ends with its PUBREC: its identifier is not kept. */
    void admit(Ticket ticket) {
        if (ticket.qos == 2 && !ticket.refuses()) {
            unreleased.set(ticket.packetId);
        }
        waiting.addLast(ticket);
        waitingBytes += ticket.bytes;
    }

    /** Kafka has a QoS 2 publish: its identifier belongs to the session from now on. */
    void remember(Ticket ticket) {
        received.set(ticket.packetId);
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
        if (!received.get(packetId)) {
            return false;
        }
        received.clear(packetId);
        unreleased.clear(packetId);
        return true;
    }

    List<Integer> received() {
        return received.stream().boxed().toList();
    }

    int waiting() {
        return waiting.size();
    }
}
