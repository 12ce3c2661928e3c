package dev.driveline.contract.registry;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code registry.vehicles}, key VIN: what the other services need to know of a
 * vehicle.
 *
 * @param version readers ignore a lower one than they have; a restore from backup raises it above
 *     all that went out before
 * @param model by which readers find its {@code ModelFact}, which says what catalogue is in force
 * @param catalogue that was in force when the record was written, for readers from before there
 *     were facts of models; others use it only while they have none of the model. Null for none
 * @param labels free, at most 32 of 63 characters each
 * @param fleets those that it is in, in order; empty in records from before there were fleets
 */
public record VehicleFact(
        long version,
        Vin vin,
        TenantId tenant,
        String model,
        VehicleState state,
        @Nullable CatalogueRef catalogue,
        Map<String, String> labels,
        List<String> fleets) {

    public VehicleFact {
        // Records of earlier versions have no such member.
        fleets = Objects.requireNonNullElse(fleets, List.of());
    }

    /** Of a vehicle in no fleet. */
    public VehicleFact(
            long version,
            Vin vin,
            TenantId tenant,
            String model,
            VehicleState state,
            @Nullable CatalogueRef catalogue,
            Map<String, String> labels) {
        this(version, vin, tenant, model, state, catalogue, labels, List.of());
    }
}
