package dev.driveline.registry.grant;

import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person's right to one vehicle.
 *
 * @param subject the person, {@code sub} of their tokens
 * @param scopes as they stand in a token
 * @param purpose why, for whoever reads it later
 * @param until exclusive
 * @param endedAt before its time; null if it was not
 * @param endReason why; null with {@code endedAt}
 */
public record VehicleGrant(
        UUID id,
        Vin vin,
        String subject,
        List<String> scopes,
        String purpose,
        Instant from,
        Instant until,
        @Nullable Instant endedAt,
        @Nullable String endReason,
        Instant createdAt) {}
