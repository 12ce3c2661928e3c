package dev.driveline.telemetry.job;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;

/**
 * A kind of jobs: how it is called, and what its orders, places and counts are.
 *
 * @param name where it is stored, in names of metrics and of its thread
 * @param noun in errors
 * @param unknown the code of a job that does not exist
 * @param order as JSON where it is stored, like place and done
 * @param begin the place of a job that is ordered
 * @param nothing what is done of it then
 */
public record JobKind<O, P, D>(
        String name,
        String noun,
        ErrorCode unknown,
        Class<O> order,
        Class<P> place,
        Class<D> done,
        P begin,
        D nothing) {

    /** That there is no such job, or none for who asks. */
    public InvalidValueException unknown(Object id) {
        return new InvalidValueException(unknown, noun, id, "does not exist");
    }
}
