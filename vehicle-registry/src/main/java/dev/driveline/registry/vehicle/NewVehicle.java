package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import org.jspecify.annotations.Nullable;

/**
 * A vehicle to be added.
 *
 * @param tbox built in at once; null for none yet
 */
public record NewVehicle(
        Vin vin,
        TenantId tenant,
        ModelId model,
        VehicleState state,
        VehicleLabels labels,
        @Nullable TboxSerial tbox) {

    /**
     * @throws InvalidValueException if its life would begin at its end
     */
    public NewVehicle {
        if (Vehicle.isBlocked(state)) {
            throw new InvalidValueException(
                    "state", state, "a new vehicle is ORDERED, PRODUCED or ACTIVE");
        }
    }
}
