package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The vehicles of every tenant. What a change publishes is committed with it. Methods block;
 * thread-safe.
 */
public interface Vehicles {

    /**
     * Adds a vehicle.
     *
     * @throws InvalidValueException ALREADY_EXISTS, MODEL_UNKNOWN, or CONFLICT about the TBox
     */
    Vehicle add(NewVehicle vehicle);

    /**
     * @throws InvalidValueException VEHICLE_UNKNOWN
     */
    Vehicle get(TenantId tenant, Vin vin);

    /** In order of VINs. */
    List<Vehicle> list(VehicleQuery query);

    /**
     * Changes state, labels or model, with the vehicle locked. Without a difference nothing is
     * published.
     *
     * @param etag what the caller has seen; null for whatever there is
     * @throws InvalidValueException VEHICLE_UNKNOWN, MODEL_UNKNOWN, PRECONDITION_FAILED
     */
    Vehicle change(TenantId tenant, Vin vin, @Nullable String etag, UnaryOperator<Vehicle> change);
}
