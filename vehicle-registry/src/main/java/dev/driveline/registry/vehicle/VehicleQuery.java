package dev.driveline.registry.vehicle;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which vehicles of a tenant; null asks for all.
 *
 * @param labels that a vehicle must have, all of them
 * @param only the vehicles that the caller's token covers
 * @param after VINs above this, in order; empty for the first page
 */
public record VehicleQuery(
        TenantId tenant,
        @Nullable ModelId model,
        @Nullable VehicleState state,
        Map<String, String> labels,
        @Nullable Set<Vin> only,
        String after,
        int limit) {}
