package dev.driveline.command.batch;

/** How a vehicle's part of a batch ended; but for REFUSED, the state in which its command did. */
public enum Outcome {
    SUCCEEDED,
    FAILED,
    /** The vehicle said no. */
    REJECTED,
    /** Certainly not executed: the vehicle did not come in time. */
    EXPIRED,
    /** Certainly not executed: taken back, or never sent. */
    CANCELLED,
    /** Certainly not executed: a later command took its place. */
    SUPERSEDED,
    /** It may have been executed. */
    OUTCOME_UNKNOWN,
    /** The platform took no command for this vehicle; the row's code says why. */
    REFUSED;

    /** Whether the vehicle had it: what is neither a failure nor a success says nothing of it. */
    boolean tried() {
        return switch (this) {
            case SUCCEEDED, FAILED, REJECTED, OUTCOME_UNKNOWN -> true;
            case EXPIRED, CANCELLED, SUPERSEDED, REFUSED -> false;
        };
    }
}
