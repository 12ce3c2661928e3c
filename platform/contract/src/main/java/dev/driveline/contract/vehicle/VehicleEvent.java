package dev.driveline.contract.vehicle;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a vehicle publishes to {@code up/events}.
 *
 * <p>Shape: JSON {@code {v, id, type, at, clock, bootId, data}}; receivers deduplicate by VIN and
 * id. {@code type} begins with {@code vehicle.} on Kafka, whatever the vehicle wrote.
 *
 * @param at vehicle time; null while its clock is unset
 */
public record VehicleEvent(
        int v,
        UUID id,
        String type,
        @Nullable Instant at,
        @Nullable ClockSource clock,
        @Nullable String bootId,
        @Nullable Map<String, Object> data) {}
