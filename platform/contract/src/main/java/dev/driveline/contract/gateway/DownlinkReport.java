package dev.driveline.contract.gateway;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.DownTopic;
import java.time.Instant;

/**
 * A record of {@code gateway.reports}, key VIN: what became of a {@link Downlink}.
 *
 * @param id the downlink's
 * @param attempt the downlink's
 */
public record DownlinkReport(
        String id,
        int attempt,
        DownTopic topic,
        RunId run,
        SessionId session,
        Outcome outcome,
        Instant at) {

    /** What became of it; all but the first two say that the vehicle certainly did not get it. */
    public enum Outcome {
        /** The PUBLISH was written to the vehicle's socket. */
        SENT,
        /** The vehicle's PUBACK came. */
        DELIVERED,
        /** The session is not (any more) on this gateway. */
        NOT_HERE,
        /** The session has not subscribed to the topic. */
        NOT_LISTENING,
        /** The vehicle's window of unacknowledged publishes is full. */
        BUSY,
        /** It had expired. */
        TOO_LATE,
        /** It is beyond the largest packet that the vehicle takes. */
        TOO_LARGE;

        /** Whether the vehicle certainly did not get it by this dispatch. */
        public boolean notDelivered() {
            return switch (this) {
                case SENT, DELIVERED -> false;
                case NOT_HERE, NOT_LISTENING, BUSY, TOO_LATE, TOO_LARGE -> true;
            };
        }
    }
}
