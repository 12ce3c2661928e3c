package dev.driveline.gateway.link;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.VehicleSession;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to the vehicle between their dispatch and their PUBACK, with their packet identifiers.
 * Source: MQTT 5 §2.2.1, §4.4, §4.9.
 */
final class DownWindow {

    private static final int LAST_PACKET_ID = 65_535;

    private final int size;
    private final Map<Integer, InFlight> inFlight = new LinkedHashMap<>();
    private int lastPacketId;
    private final Set<Message> acknowledgedHere = new HashSet<>();
    private int published;

    /**
     * Which message it is, whatever identifier it goes under: two gateways may have given the same
     * one away for two messages.
     */
    private record Message(DownTopic topic, String id) {}

    /** One of them. */
    static final class InFlight {
        final int packetId;
        final DownTopic topic;
        final String id;
        final Instant expiresAt;
        final String payload;

        /** Whether it may have gone out on an earlier connection. */
        final boolean dup;

        int attempt;
        SessionId dispatchedTo;
        boolean saved;
        boolean published;
        boolean written;

        private InFlight(VehicleSession.Unacknowledged from, boolean dup) {
            this.packetId = from.packetId();
            this.topic = from.topic();
            this.id = from.id();
            this.expiresAt = from.expiresAt();
            this.payload = from.payload();
            this.attempt = from.attempt();
            this.dispatchedTo = from.session();
            this.dup = dup;
        }
    }

    /**
     * @param size publishes out at once
     * @param before what a former connection of the session left
     */
    DownWindow(int size, List<VehicleSession.Unacknowledged> before) {
        this.size = size;
        reconcile(before);
    }

    boolean full() {
        return inFlight.size() >= size;
    }

    /** Whether one more may be published now. */
    boolean mayPublish() {
        return published < size;
    }

    /** Whether something has not gone out. */
    boolean pending() {
        return published < inFlight.size();
    }

    void published(InFlight sent) {
        sent.published = true;
        published++;
    }

    /** The same message from an earlier dispatch, still unacknowledged. */
    @Nullable InFlight find(DownTopic topic, String id) {
        for (InFlight each : inFlight.values()) {
            if (each.topic == topic && each.id.equals(id)) {
                return each;
            }
        }
        return null;
    }

    /** We gave its identifier away before we knew of it. */
    private void addUnderAnotherId(VehicleSession.Unacknowledged known) {
        int packetId = nextPacketId();
        InFlight added =
                new InFlight(
                        new VehicleSession.Unacknowledged(
                                packetId,
                                known.topic(),
                                known.id(),
                                known.attempt(),
                                known.session(),
                                known.expiresAt(),
                                known.payload()),
                        false);
        inFlight.put(packetId, added);
    }

    private int nextPacketId() {
        do {
            lastPacketId = lastPacketId == LAST_PACKET_ID ? 1 : lastPacketId + 1;
        } while (inFlight.containsKey(lastPacketId));
        return lastPacketId;
    }

    InFlight add(Downlink downlink) {
        int packetId = nextPacketId();
        InFlight added =
                new InFlight(
                        new VehicleSession.Unacknowledged(
                                packetId,
                                downlink.topic(),
                                downlink.id(),
                                downlink.attempt(),
                                downlink.session(),
                                downlink.expiresAt(),
                                downlink.payload()),
                        false);
        inFlight.put(packetId, added);
        return added;
    }

    /**
     * Adds what we did not know of. What we do not find there goes out all the same: the record may
     * be of a connection that knew less than we do, and twice is better than never.
     */
    void reconcile(List<VehicleSession.Unacknowledged> before) {
        for (VehicleSession.Unacknowledged each : before) {
            if (acknowledgedHere.contains(new Message(each.topic(), each.id()))
                    || find(each.topic(), each.id()) != null) {
                continue;
            }
            if (inFlight.containsKey(each.packetId())) {
                addUnderAnotherId(each);
            } else {
                inFlight.put(each.packetId(), new InFlight(each, true));
                lastPacketId = each.packetId();
            }
        }
    }

    /** Those that must be in the session's record before they go out. */
    List<InFlight> unsaved() {
        return inFlight.values().stream().filter(each -> !each.saved).toList();
    }

    @Nullable InFlight of(int packetId) {
        return inFlight.get(packetId);
    }

    void remove(InFlight done) {
        if (done.dup) {
            acknowledgedHere.add(new Message(done.topic, done.id));
        }
        inFlight.remove(done.packetId);
        if (done.published) {
            published--;
        }
    }

    Collection<InFlight> all() {
        return inFlight.values();
    }

    List<VehicleSession.Unacknowledged> unacknowledged() {
        return inFlight.values().stream()
                .map(each ->
                        new VehicleSession.Unacknowledged(
                                each.packetId,
                                each.topic,
                                each.id,
                                each.attempt,
                                each.dispatchedTo,
                                each.expiresAt,
                                each.payload))
                .toList();
    }
}
