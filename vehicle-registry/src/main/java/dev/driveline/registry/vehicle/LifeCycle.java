package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import java.util.EnumSet;
import java.util.Set;

/**
 * The steps of a vehicle's life.
 *
 * <pre>
 *   ORDERED ─▶ PRODUCED ─▶ ACTIVE ⇄ SUSPENDED      steps may be left out on the way to ACTIVE;
 *      └──────────┴──────────┴──────────┴─▶ DECOMMISSIONED    what was built can be SUSPENDED
 * </pre>
 */
public final class LifeCycle {

    private LifeCycle() {}

    /** The states that may follow. */
    public static Set<VehicleState> after(VehicleState state) {
        return switch (state) {
            case ORDERED ->
                    EnumSet.of(
                            VehicleState.PRODUCED,
                            VehicleState.ACTIVE,
                            VehicleState.DECOMMISSIONED);
            case PRODUCED ->
                    EnumSet.of(
                            VehicleState.ACTIVE,
                            VehicleState.SUSPENDED,
                            VehicleState.DECOMMISSIONED);
            case ACTIVE -> EnumSet.of(VehicleState.SUSPENDED, VehicleState.DECOMMISSIONED);
            case SUSPENDED -> EnumSet.of(VehicleState.ACTIVE, VehicleState.DECOMMISSIONED);
            case DECOMMISSIONED -> EnumSet.noneOf(VehicleState.class);
        };
    }

    /**
     * Lets a step pass; to stay is none.
     *
     * @throws InvalidValueException CONFLICT, naming both states and those that may follow
     */
    static void mustAllow(Vin vin, VehicleState from, VehicleState to) {
        Set<VehicleState> next = after(from);
        if (from != to && !next.contains(to)) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "state",
                    to,
                    next.isEmpty()
                            ? "vehicle %s is %s, and nothing follows that".formatted(vin, from)
                            : "vehicle %s is %s, which only %s may follow"
                                    .formatted(vin, from, next));
        }
    }
}
