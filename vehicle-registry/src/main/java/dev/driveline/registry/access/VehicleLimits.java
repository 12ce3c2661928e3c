package dev.driveline.registry.access;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;

/** Limits of single vehicles; the gateways hear of a change in its transaction. Thread-safe. */
public interface VehicleLimits {

    /**
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    void put(TenantId tenant, VehicleLimit limit);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN;
     *     ACCESS_RULE_UNKNOWN where it has none
     */
    VehicleLimit get(TenantId tenant, Vin vin);

    /**
     * Takes it away; the vehicle has again what all have.
     *
     * @throws dev.driveline.contract.error.InvalidValueException as {@link #get}
     */
    void remove(TenantId tenant, Vin vin);
}
