package dev.driveline.gateway.operation;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;

/**
 * Who publishes the most.
 *
 * @param asked links that were asked
 * @param silent how many of them did not answer in time
 */
public record Talkers(List<Talker> items, int asked, int silent) {

    /** One vehicle, since its connection began. */
    public record Talker(Vin vin, SessionId session, Instant since, long messages, long bytes) {}

    /** What counts. */
    public enum By {
        BYTES,
        MESSAGES;

        public long of(Talker talker) {
            return switch (this) {
                case BYTES -> talker.bytes();
                case MESSAGES -> talker.messages();
            };
        }
    }
}
