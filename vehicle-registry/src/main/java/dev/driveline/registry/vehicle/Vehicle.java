package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.model.ModelId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A vehicle as the registry knows it.
 *
 * <p>Its life is {@link LifeCycle}.
 *
 * @param catalogue in force for its model when it was read; no part of what the version says
 * @param tbox the one built in; null for none
 * @param fleets those that it is in, in order
 * @param version rises with everything that the fact says, and with the TBox; also the ETag
 */
public record Vehicle(
        Vin vin,
        TenantId tenant,
        ModelId model,
        VehicleState state,
        VehicleLabels labels,
        @Nullable CatalogueRef catalogue,
        @Nullable TboxSerial tbox,
        List<FleetId> fleets,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    /** In HTTP's shape, with its quotes. */
    public String etag() {
        return "\"" + version + "\"";
    }

    /** Whether gateways are told to refuse it. */
    public static boolean isBlocked(VehicleState state) {
        return state == VehicleState.SUSPENDED || state == VehicleState.DECOMMISSIONED;
    }

    public VehicleFact fact() {
        return new VehicleFact(
                version,
                vin,
                tenant,
                model.value(),
                state,
                catalogue,
                labels.values(),
                fleets.stream().map(FleetId::value).toList());
    }

    /**
     * The same in another state.
     *
     * @throws InvalidValueException CONFLICT if its life has no such step, naming both states
     */
    public Vehicle in(VehicleState next) {
        LifeCycle.mustAllow(vin, state, next);
        return new Vehicle(
                vin, tenant, model, next, labels, catalogue, tbox, fleets, version, createdAt,
                updatedAt);
    }

    public Vehicle with(VehicleLabels other) {
        return new Vehicle(
                vin, tenant, model, state, other, catalogue, tbox, fleets, version, createdAt,
                updatedAt);
    }

    public Vehicle of(ModelId other) {
        return new Vehicle(
                vin, tenant, other, state, labels, catalogue, tbox, fleets, version, createdAt,
                updatedAt);
    }
}
