package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A vehicle as the registry knows it.
 *
 * <pre>
 *   ORDERED ─▶ PRODUCED ─▶ ACTIVE ⇄ SUSPENDED      steps may be left out on the way to ACTIVE;
 *      └──────────┴──────────┴──────────┴─▶ DECOMMISSIONED    what was built can be SUSPENDED
 * </pre>
 *
 * @param catalogue the model's
 * @param tbox the one built in; null for none
 * @param version rises with everything that the fact says; also the ETag
 */
public record Vehicle(
        Vin vin,
        TenantId tenant,
        ModelId model,
        VehicleState state,
        VehicleLabels labels,
        @Nullable CatalogueRef catalogue,
        @Nullable TboxSerial tbox,
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
                version, vin, tenant, model.value(), state, catalogue, labels.values());
    }

    /**
     * The same in another state.
     *
     * @throws InvalidValueException CONFLICT if the life above has no such step
     */
    public Vehicle in(VehicleState next) {
        if (next != state && !after(state).contains(next)) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT, "state", next, "vehicle " + vin + " is " + state);
        }
        return new Vehicle(
                vin, tenant, model, next, labels, catalogue, tbox, version, createdAt, updatedAt);
    }

    public Vehicle with(VehicleLabels other) {
        return new Vehicle(
                vin, tenant, model, state, other, catalogue, tbox, version, createdAt, updatedAt);
    }

    public Vehicle of(ModelId other) {
        return new Vehicle(
                vin, tenant, other, state, labels, catalogue, tbox, version, createdAt, updatedAt);
    }

    private static Set<VehicleState> after(VehicleState state) {
        return switch (state) {
            case ORDERED ->
                    Set.of(VehicleState.PRODUCED, VehicleState.ACTIVE, VehicleState.DECOMMISSIONED);
            case PRODUCED ->
                    Set.of(
                            VehicleState.ACTIVE,
                            VehicleState.SUSPENDED,
                            VehicleState.DECOMMISSIONED);
            case ACTIVE -> Set.of(VehicleState.SUSPENDED, VehicleState.DECOMMISSIONED);
            case SUSPENDED -> Set.of(VehicleState.ACTIVE, VehicleState.DECOMMISSIONED);
            case DECOMMISSIONED -> Set.of();
        };
    }
}
