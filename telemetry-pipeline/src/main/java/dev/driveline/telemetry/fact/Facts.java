package dev.driveline.telemetry.fact;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the registry has published. An answer of "unknown" is given only after everything was read
 * that stood in the registry's topics when the question came, so a fact published before a batch is
 * known when the batch is read.
 *
 * <p>Thread-safe; blocks while it reads up.
 */
public interface Facts {

    /**
     * @throws FactsUnavailableException if the registry's topic cannot be read now
     */
    @Nullable KnownVehicle vehicle(Vin vin);

    /**
     * The catalogue for a vehicle's batches of a time that name none; null for none.
     *
     * @throws FactsUnavailableException if the registry's topic cannot be read now
     */
    @Nullable CatalogueRef inForce(KnownVehicle vehicle, Instant at);

    /**
     * @throws FactsUnavailableException if the registry's topic cannot be read now
     */
    CatalogueAnswer catalogue(CatalogueRef ref);

    /**
     * What stands under a path of the Vehicle Signal Specification; null for nothing. As the
     * mapping is known now: nothing is read up for it.
     */
    MappingFact.@Nullable Entry path(TenantId tenant, CatalogueRef catalogue, String path);
}
