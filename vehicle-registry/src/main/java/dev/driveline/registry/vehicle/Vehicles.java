package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
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
     * @throws InvalidValueException ALREADY_EXISTS, MODEL_UNKNOWN, or CONFLICT about the TBox or a
     *     VIN for which another tenant's authority speaks
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
     * @throws InvalidValueException VEHICLE_UNKNOWN, MODEL_UNKNOWN
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED, with the ETag now
     */
    Vehicle change(TenantId tenant, Vin vin, @Nullable String etag, UnaryOperator<Vehicle> change);

    /**
     * Builds another TBox in, in the place of the one that it has: that one is free again, its
     * certificates are revoked as superseded and its unused enrolment tokens are gone, in one
     * transaction. The same serial again changes nothing.
     *
     * @param etag what the caller has seen; null for whatever there is
     * @throws InvalidValueException VEHICLE_UNKNOWN; CONFLICT if the TBox is in another vehicle, or
     *     another tenant's, or the vehicle is DECOMMISSIONED
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     */
    Vehicle swapTbox(TenantId tenant, Vin vin, @Nullable String etag, TboxSerial serial);

    /**
     * Erases a vehicle here and obliges everybody else to: its row, labels, fleets, TBox binding,
     * timeline and grants go, its certificates are revoked and keep no more than the revocation
     * needs, and the audit knows it by a pseudonym only.
     *
     * @throws InvalidValueException VEHICLE_UNKNOWN; CONFLICT unless it is DECOMMISSIONED
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     */
    Erasure erase(TenantId tenant, Vin vin, @Nullable String etag);
}
