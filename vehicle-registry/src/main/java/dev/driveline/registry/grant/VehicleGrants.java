package dev.driveline.registry.grant;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import java.util.UUID;

/** The grants of all vehicles; the services hear of every change in its transaction. */
public interface VehicleGrants {

    /**
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    void add(TenantId tenant, VehicleGrant grant);

    /**
     * Those that ended too, the oldest first.
     *
     * @param after the id after which the page begins; empty for the first
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    List<VehicleGrant> list(TenantId tenant, Vin vin, String after, int limit);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException GRANT_UNKNOWN
     */
    VehicleGrant get(TenantId tenant, Vin vin, UUID id);

    /**
     * Ends one; one that has ended stays as it is.
     *
     * @throws dev.driveline.contract.error.InvalidValueException GRANT_UNKNOWN
     */
    void end(TenantId tenant, Vin vin, UUID id, String reason);

    /**
     * Ends all that hold.
     *
     * @return how many
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    int endAll(TenantId tenant, Vin vin, String reason);
}
