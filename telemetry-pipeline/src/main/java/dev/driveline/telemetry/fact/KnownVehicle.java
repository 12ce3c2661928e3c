package dev.driveline.telemetry.fact;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * What this service keeps of a {@code VehicleFact}.
 *
 * @param version of the fact; a lower one that comes later is ignored
 * @param catalogue in force for batches that name none; null while the model has none
 */
public record KnownVehicle(long version, TenantId tenant, @Nullable CatalogueRef catalogue) {}
