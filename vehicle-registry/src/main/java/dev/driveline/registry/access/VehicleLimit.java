package dev.driveline.registry.access;

import dev.driveline.contract.id.Vin;
import java.time.Instant;

/**
 * What one vehicle's data may come to, instead of what the gateways state for all.
 *
 * @param reason for whoever reads it later
 */
public record VehicleLimit(
        Vin vin, int messagesPerS, int bytesPerS, String reason, Instant updatedAt) {}
