package dev.driveline.contract.registry;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code registry.grants}: what a person may do with one vehicle, and until when.
 *
 * <p>A higher version wins. Compatibility: unknown members are ignored, unknown scopes give
 * nothing.
 *
 * @param subject the person, {@code sub} of tokens with which an app acts for them
 * @param scopes as they stand in a token
 * @param until exclusive
 * @param endedAt when it was ended before its time; null if it was not
 */
public record Grant(
        long version,
        UUID id,
        TenantId tenant,
        Vin vin,
        String subject,
        List<String> scopes,
        Instant from,
        Instant until,
        @Nullable Instant endedAt) {

    /** The record's key. */
    public String key() {
        return vin.value() + "/" + id;
    }

    /** Whether it holds. */
    public boolean holdsAt(Instant now) {
        return endedAt == null && !now.isBefore(from) && now.isBefore(until);
    }
}
