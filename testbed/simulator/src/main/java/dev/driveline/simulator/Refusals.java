package dev.driveline.simulator;

import dev.driveline.contract.command.VehicleCode;
import org.jspecify.annotations.Nullable;

/** Told of something signed that a TBox did not take: the platform hears of it as an event. */
@FunctionalInterface
interface Refusals {

    /**
     * @param typ what it was
     * @param kid of the key that it names; null where unknown
     * @param id of the command; null where unknown
     * @param counter of the command; null where unknown
     */
    void refused(
            String typ,
            VehicleCode code,
            @Nullable String kid,
            @Nullable String id,
            @Nullable Long counter);
}
