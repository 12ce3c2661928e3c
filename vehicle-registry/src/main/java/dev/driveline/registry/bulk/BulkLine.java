package dev.driveline.registry.bulk;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.registry.vehicle.NewVehicle;

/** A line of a bulk load, as far as it can be judged alone. */
public sealed interface BulkLine {

    /** Its place in the file, from 1; a header counts. */
    long number();

    /**
     * A vehicle to be added.
     *
     * @param warned whether something is odd about it, such as its check digit
     */
    record Usable(long number, NewVehicle vehicle, boolean warned) implements BulkLine {}

    /** Nothing that could be added. */
    record Unusable(long number, ErrorCode code, String reason) implements BulkLine {}
}
