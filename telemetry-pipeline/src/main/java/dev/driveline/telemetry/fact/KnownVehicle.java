package dev.driveline.telemetry.fact;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this service keeps of a {@code VehicleFact}.
 *
 * @param version of the fact; a lower one that comes later is ignored
 * @param model within the tenant
 * @param catalogue that the fact itself names, which counts only where nothing is known of the
 *     model; null for none
 * @param fleets that it is in
 * @param labels free
 */
public record KnownVehicle(
        long version,
        TenantId tenant,
        String model,
        @Nullable CatalogueRef catalogue,
        List<String> fleets,
        Map<String, String> labels) {}
