package dev.driveline.telemetry.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is kept.
 *
 * @param tUs when it was: by its source where {@code dated}, else its receipt
 */
public record StoredEvent(
        long tUs,
        String id,
        String type,
        @Nullable String source,
        boolean dated,
        long receivedUs,
        @Nullable Map<String, Object> data) {

    public Events.Place place() {
        return new Events.Place(tUs, id);
    }
}
