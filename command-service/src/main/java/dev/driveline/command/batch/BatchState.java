package dev.driveline.command.batch;

/** Where a batch stands; {@link BatchMachine} says how it gets from one to the other. */
public enum BatchState {
    /** It takes vehicles; nothing goes out. */
    OPEN,
    /** A second person has to agree. */
    AWAITING_APPROVAL,
    RUNNING,
    /** Somebody stopped it for now. */
    PAUSED,
    /** Its stop rule did; somebody decides whether it goes on. */
    HALTED,
    /** Nothing goes out any more; what went out ends by itself. */
    ENDING,
    ENDED
}
