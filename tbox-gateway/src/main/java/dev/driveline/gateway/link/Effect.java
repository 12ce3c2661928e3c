package dev.driveline.gateway.link;

import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.VehicleSession;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link Link} wants done, in order. */
public sealed interface Effect {

    // Packets to the vehicle. A 3.1.1 vehicle's carry no code beyond what it knows.

    /**
     * CONNACK that accepts.
     *
     * @param keepAliveS what is in force, if it is not what was asked; else null
     * @param sessionExpiryS what is in force
     */
    record Accept(boolean sessionPresent, @Nullable Integer keepAliveS, long sessionExpiryS)
            implements Effect {}

    /** CONNACK that refuses, where the protocol has a code for it. */
    record Refuse(ConnectRefusal refusal, String why) implements Effect {}

    /**
     * PUBACK.
     *
     * @param why a reason string; null for none, or where the vehicle wants none
     */
    record PubAck(int packetId, int code, @Nullable String why) implements Effect {}

    record PubRec(int packetId, int code, @Nullable String why) implements Effect {}

    record PubRel(int packetId, int code) implements Effect {}

    record PubComp(int packetId, int code) implements Effect {}

    record SubAck(int packetId, List<Integer> codes) implements Effect {}

    record UnsubAck(int packetId, List<Integer> codes) implements Effect {}

    record PingResp() implements Effect {}

    /**
     * PUBLISH at QoS 1; {@link Input.Written} follows when it is on the socket.
     *
     * @param expiryS message expiry in seconds, at least 1
     */
    record Publish(
            int packetId, boolean dup, DownTopic topic, String id, String payload, int expiryS)
            implements Effect {}

    /** DISCONNECT; nothing to a 3.1.1 vehicle. {@link Hangup} follows. */
    record Disconnect(CloseReason reason, String why) implements Effect {}

    // The transport.

    /** Read on, or stop reading. */
    record Read(boolean on) implements Effect {}

    /** Close the connection, what was sent first. */
    record Hangup() implements Effect {}

    // Kafka.

    /**
     * Write the publish to its Kafka topic. With a ticket, answer with {@link Input.Stored};
     * without one (QoS 0) it may be dropped.
     */
    record Forward(UpTopic topic, Input.Publish publish, @Nullable Ticket ticket)
            implements Effect {}

    /** As {@link Forward}, to telemetry.rejected: there is no such topic for this vehicle. */
    record Reject(String topicName, Input.Publish publish, @Nullable Ticket ticket)
            implements Effect {}

    /** Write ONLINE. */
    record Online(Set<DownTopic> listens, long readOffset) implements Effect {}

    /**
     * Write OFFLINE; the last word of a link that was announced.
     *
     * @param code of the DISCONNECT that ended it, ours or the vehicle's; null where there was none
     * @param published by the vehicle since its CONNECT
     */
    record Offline(OfflineCause cause, @Nullable Integer code, long published) implements Effect {}

    /** What became of a downlink. */
    record Report(DownTopic topic, String id, int attempt, SessionId session, Outcome outcome)
            implements Effect {}

    /**
     * Write the session's record; answer with {@link Input.Saved}.
     *
     * @param version which one it is, from 1
     */
    record Save(VehicleSession session, long version) implements Effect {}

    /** Remove a session's record. */
    record Forget(SessionId session) implements Effect {}

    /** Publish the will now. */
    record FireWill(VehicleSession.Will will) implements Effect {}

    /** A platform event about the vehicle. */
    record Event(String type, Map<String, Object> data) implements Effect {}

    /** Keep the vehicle out for a while. */
    record Quarantine() implements Effect {}

    /** A SUBSCRIBE was refused, for the count. */
    record RefusedSubscribe() implements Effect {}
}
