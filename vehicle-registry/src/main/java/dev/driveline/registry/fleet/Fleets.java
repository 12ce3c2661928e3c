package dev.driveline.registry.fleet;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The fleets of every tenant. The facts of vehicles that come into a fleet or leave it are
 * published in the same transaction. Methods block; thread-safe.
 */
public interface Fleets {

    /** Of one tenant: each vehicle's fleets are found by looking at all of them. */
    int MAX = 500;

    /**
     * @throws InvalidValueException ALREADY_EXISTS, or CONFLICT beyond {@value #MAX} fleets
     */
    void add(TenantId tenant, Fleet fleet);

    /**
     * @throws InvalidValueException FLEET_UNKNOWN
     */
    Fleet get(TenantId tenant, FleetId id);

    /**
     * In order of ids, after {@code after}.
     *
     * @param only those of these names; null for all
     */
    List<Fleet> list(TenantId tenant, @Nullable Set<String> only, String after, int limit);

    /**
     * Changes name or selector.
     *
     * @param etag what the caller has seen; null for whatever there is
     * @throws InvalidValueException FLEET_UNKNOWN
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     */
    Fleet change(TenantId tenant, FleetId id, @Nullable String etag, UnaryOperator<Fleet> change);

    /**
     * Removes a fleet; its vehicles stay.
     *
     * @throws InvalidValueException FLEET_UNKNOWN; CONFLICT while an access rule is for it
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     */
    void remove(TenantId tenant, FleetId id, @Nullable String etag);

    /**
     * Puts a vehicle into a fleet that names its members, or takes it out; the same again changes
     * nothing.
     *
     * @throws InvalidValueException FLEET_UNKNOWN, VEHICLE_UNKNOWN; CONFLICT if the fleet has a
     *     selector
     */
    void put(TenantId tenant, FleetId id, Vin vin, boolean member);

    /** Whether a vehicle of the tenant is in one of the fleets. */
    boolean contain(TenantId tenant, Set<String> fleets, Vin vin);
}
