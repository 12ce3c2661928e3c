package dev.driveline.telemetry.event;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code vehicle.events}.
 *
 * @param tenant whose the vehicle is now; null for nobody's, and then nobody reads it
 * @param id with the VIN it is unique
 * @param type {@code driveline.…} of the platform, {@code vehicle.…} of the vehicle
 * @param statedUs when it was, by its source, microseconds since 1970; null while a clock is unset
 * @param receivedUs when it was received, likewise
 * @param data free; null for none
 */
public record HeardEvent(
        Vin vin,
        @Nullable TenantId tenant,
        String id,
        String type,
        @Nullable String source,
        @Nullable Long statedUs,
        long receivedUs,
        @Nullable Map<String, Object> data) {

    /** A time further ahead of the receipt is not believed. */
    public static final long MAX_AHEAD_US = 600_000_000L;

    /** Whether its time is what its source says. */
    public boolean isDated() {
        return statedUs != null && statedUs > 0 && statedUs <= receivedUs + MAX_AHEAD_US;
    }

    /** When it was as far as can be told. */
    public long tUs() {
        return statedUs != null && isDated() ? statedUs : receivedUs;
    }
}
