package dev.driveline.telemetry.frame;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;

/**
 * A record of {@code telemetry.can} on its way into the store.
 *
 * @param tenant the vehicle's when the batch was received; only it reads the frames
 * @param receivedUs when the gateway received it, UTC, microseconds since 1970
 * @param value a {@code CanBatch}, not looked at yet
 */
public record RawBatch(Vin vin, TenantId tenant, long receivedUs, byte[] value) {}
