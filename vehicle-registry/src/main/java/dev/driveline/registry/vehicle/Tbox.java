package dev.driveline.registry.vehicle;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import org.jspecify.annotations.Nullable;

/**
 * A telematics box.
 *
 * @param vin the vehicle that it is built into; null until then
 */
public record Tbox(TboxSerial serial, TenantId tenant, @Nullable Vin vin) {}
