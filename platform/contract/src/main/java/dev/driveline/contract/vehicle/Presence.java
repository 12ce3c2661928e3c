package dev.driveline.contract.vehicle;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.DownTopic;
import java.time.Instant;
import java.util.Set;

/**
 * A record of {@code vehicle.presence}, key VIN: who owns a vehicle is said by the log.
 *
 * <p>The last {@link Online} in log order owns; an {@link Offline} counts only with the owner's
 * session. Shape: JSON with {@code type} ONLINE or OFFLINE. Compatibility: unknown members are
 * ignored.
 */
public sealed interface Presence {

    SessionId session();

    RunId run();

    Instant at();

    /**
     * A session is connected; written again when {@code listens} changes.
     *
     * @param slot the partition of {@code gateway.downlink} that its gateway reads
     * @param listens the down topics subscribed; only a listening session is dispatched to
     * @param readOffset how far (the next offset) the gateway had read the vehicle's partition of
     *     {@code vehicle.presence} at CONNECT
     * @param since when the session was connected
     * @param protocol MQTT 3.1.1 or 5, as {@code 3.1.1} or {@code 5}
     */
    record Online(
            SessionId session,
            RunId run,
            int slot,
            Set<DownTopic> listens,
            long readOffset,
            Instant since,
            String protocol,
            Instant at)
            implements Presence {}

    /** A session has ended. */
    record Offline(SessionId session, RunId run, OfflineCause cause, Instant at)
            implements Presence {}
}
