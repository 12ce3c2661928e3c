package dev.driveline.contract.trip;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code telemetry.trips}, key VIN: a trip or charging session has ended, or was none.
 *
 * <p>Compatibility: unknown members are ignored.
 *
 * @param v version of this shape, 1
 * @param trip the same in all records of it
 * @param start vehicle time
 * @param end vehicle time
 * @param distanceM driven, metres; null for charging
 * @param byOdometer whether the odometer tells the distance, else the speed; null for charging
 * @param idleS seconds that it stood within the trip; null for charging
 * @param first meters as first known within it
 * @param last meters at its end
 */
public record TripEvent(
        int v,
        UUID trip,
        TenantId tenant,
        Vin vin,
        TripKind kind,
        TripStep step,
        Instant start,
        Instant end,
        @Nullable Double distanceM,
        @Nullable Boolean byOdometer,
        @Nullable Double idleS,
        Meters first,
        Meters last) {}
