package dev.driveline.contract.vehicle;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code vehicle.sessions}, key {@code VIN/session}: what an MQTT session holds beyond
 * its connection, so that any gateway resumes it.
 *
 * <p>Partitioned by VIN. A successor copies its predecessor's record, then removes that; a
 * tombstone ends a session. Source: MQTT 5 §3.1.2.11.2, §4.1, §4.4. Compatibility: unknown members
 * are ignored.
 *
 * @param session the connection that holds it, or held it last
 * @param run the gateway run that wrote it
 * @param slot that run's slot
 * @param replaces the session that this one resumed or ended; null for none
 * @param complete whether its writer had read all that was written of the vehicle's sessions before
 *     it; until then a reader adds its filters and unacknowledged publishes to those it knows
 * @param filters the subscriptions, as they stand behind {@code v1/{vin}/down/}
 * @param expiryS how long it outlives its connection; 0 for a record kept for its will only
 * @param endedAt when the connection ended; null while nobody has seen it end
 * @param unacknowledged publishes to the vehicle whose PUBACK is not there, in their order
 * @param received QoS 2 publishes from the vehicle that are stored and not yet released
 * @param will what is published if the connection breaks; null for none
 * @param willDueAt when a deferred will is published unless the vehicle is back; null for never
 */
public record VehicleSession(
        SessionId session,
        RunId run,
        int slot,
        @Nullable SessionId replaces,
        boolean complete,
        List<String> filters,
        long expiryS,
        @Nullable Instant endedAt,
        List<Unacknowledged> unacknowledged,
        List<Received> received,
        @Nullable Will will,
        @Nullable Instant willDueAt) {

    /** The same with other filters and unacknowledged publishes. */
    public VehicleSession with(List<String> newFilters, List<Unacknowledged> newUnacknowledged) {
        return new VehicleSession(
                session,
                run,
                slot,
                replaces,
                complete,
                newFilters,
                expiryS,
                endedAt,
                newUnacknowledged,
                received,
                will,
                willDueAt);
    }

    /** The same as another gateway leaves it. */
    public VehicleSession leftBy(
            RunId newRun,
            int newSlot,
            @Nullable Instant newEndedAt,
            @Nullable Will newWill,
            @Nullable Instant newWillDueAt) {
        return new VehicleSession(
                session,
                newRun,
                newSlot,
                replaces,
                complete,
                filters,
                expiryS,
                newEndedAt,
                unacknowledged,
                received,
                newWill,
                newWillDueAt);
    }

    /**
     * A publish to the vehicle that may have gone out.
     *
     * @param session the session that the dispatch named, for its reports
     */
    public record Unacknowledged(
            int packetId,
            DownTopic topic,
            String id,
            int attempt,
            SessionId session,
            Instant expiresAt,
            String payload) {}

    /**
     * A QoS 2 publish of the vehicle.
     *
     * @param digest 53 bits of SHA-256 over topic name, a zero byte and payload
     */
    public record Received(int packetId, long digest) {}

    /**
     * The vehicle's last words.
     *
     * @param delayS how long they wait for the vehicle's return
     * @param certificate of the connection that left them, as in the record header {@code cert}
     */
    public record Will(
            UpTopic topic,
            byte[] payload,
            int qos,
            long delayS,
            List<UserProperty> properties,
            TenantId tenant,
            String certificate) {}

    /** An MQTT 5 user property. */
    public record UserProperty(String name, String value) {}
}
