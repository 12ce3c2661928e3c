package dev.driveline.gateway.link;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.session.Resumable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can happen to a {@link Link}. */
public sealed interface Input {

    // The vehicle's packets, MQTT 5 §3; a 3.1.1 vehicle's have no properties.

    /**
     * CONNECT, and what the gateway knows of who sends it.
     *
     * @param sessionExpiryS as an MQTT 5 vehicle asks; a 3.1.1 vehicle asks by its clean session
     * @param receiveMaximum null where it states none
     * @param maxPacketBytes the largest packet that the vehicle takes; null where it states none
     */
    record Connect(
            Protocol protocol,
            String clientId,
            boolean cleanStart,
            int keepAliveS,
            long sessionExpiryS,
            @Nullable Integer receiveMaximum,
            @Nullable Long maxPacketBytes,
            boolean problemInformation,
            boolean authenticationMethod,
            @Nullable Will will,
            Gate gate)
            implements Input {}

    /** The will in a CONNECT. */
    record Will(
            String topicName,
            byte[] payload,
            int qos,
            boolean retain,
            long delayS,
            List<VehicleSession.UserProperty> properties) {}

    /**
     * What the gateway knows at CONNECT.
     *
     * @param certificate as records name it
     * @param session the id that the new session gets
     * @param readOffset how far the gateway has read the vehicle's presence partition
     * @param notAfter when the certificates end
     * @param stored the session that the vehicle left; null for none
     * @param objection why the vehicle may not connect just now; null for nothing
     */
    record Gate(
            Vin vin,
            TenantId tenant,
            String certificate,
            SessionId session,
            long readOffset,
            TopicAcl acl,
            Instant notAfter,
            @Nullable Resumable stored,
            @Nullable Objection objection) {}

    /** Why a vehicle may not connect. */
    record Objection(ConnectRefusal refusal, String why) {}

    /**
     * PUBLISH.
     *
     * @param packetId meaningless for QoS 0
     * @param alias topic alias; 0 for none given, which is also no legal one
     * @param hasAlias whether there is an alias
     */
    record Publish(
            int packetId,
            int qos,
            boolean dup,
            boolean retain,
            String topicName,
            boolean hasAlias,
            int alias,
            byte[] payload,
            Extras extras)
            implements Input {}

    /** Properties of a PUBLISH that travel on. */
    record Extras(
            List<VehicleSession.UserProperty> user,
            @Nullable String responseTopic,
            byte @Nullable [] correlation,
            boolean subscriptionIdentifier) {

        public static final Extras NONE = new Extras(List.of(), null, null, false);

        public boolean none() {
            return user.isEmpty() && responseTopic == null && correlation == null;
        }
    }

    record PubAck(int packetId, int code) implements Input {}

    record PubRel(int packetId) implements Input {}

    /** PUBREC: the gateway sends nothing at QoS 2, so it can only be a mistake. */
    record PubRec(int packetId) implements Input {}

    record PubComp(int packetId) implements Input {}

    record Subscribe(int packetId, List<Wish> wishes, boolean identifier) implements Input {}

    /** One filter of a SUBSCRIBE. */
    record Wish(String filter, int qos) {}

    record Unsubscribe(int packetId, List<String> filters) implements Input {}

    record PingReq() implements Input {}

    /**
     * DISCONNECT.
     *
     * @param sessionExpiryS a new one; null for the one of CONNECT
     */
    record Disconnect(int code, @Nullable Long sessionExpiryS) implements Input {}

    /** A packet that only a server sends, or one that nobody negotiated. */
    record Unexpected(String packet) implements Input {}

    /** Bytes that are no packet, or a packet beyond a limit. */
    record Undecodable(CloseReason reason, String why) implements Input {}

    // The transport.

    /** The connection is gone. */
    record Gone() implements Input {}

    /** A publish to the vehicle was written to its socket. */
    record Written(int packetId) implements Input {}

    /** Whether the transport takes more; it does not while the vehicle does not read. */
    record Writable(boolean yes) implements Input {}

    // Kafka.

    /** It has what a {@link Effect.Forward} or {@link Effect.Reject} asked to store. */
    record Stored(Ticket ticket) implements Input {}

    /** It never will. */
    record Unstorable(String why) implements Input {}

    /** Whether the budget of the vehicle's partition has room. */
    record Budget(boolean room) implements Input {}

    /** It has the session's record of this version, and so the ones before. */
    record Saved(long version) implements Input {}

    /**
     * This session's first record was read back, and so everything that was written before it.
     *
     * @param left what the connections before it left; null where nothing newer was read than what
     *     it was resumed from
     */
    record CaughtUp(@Nullable Resumable left) implements Input {}

    /** An ONLINE of the vehicle was read from the log, in log order. */
    record OnlineRead(long offset, SessionId session, long readOffset) implements Input {}

    /**
     * An OFFLINE of the vehicle was read from the log: of a connection before this one, or of this
     * one, which another gateway took for lost.
     */
    record OfflineRead(long offset, SessionId session) implements Input {}

    /** This session's record was written by another gateway, which took it for lost. */
    record DeclaredLost() implements Input {}

    // The platform.

    /** A record of gateway.downlink that names this vehicle and this run. */
    record Down(Downlink downlink) implements Input {}

    /** What the vehicle may do has changed. */
    record Acl(TopicAcl acl) implements Input {}

    /** End it. */
    record End(CloseReason reason, String why) implements Input {}

    /** Time has passed. */
    record Tick() implements Input {}
}
