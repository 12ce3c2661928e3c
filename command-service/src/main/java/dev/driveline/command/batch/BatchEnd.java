package dev.driveline.command.batch;

/** Why a batch is over. */
public enum BatchEnd {
    /** Every vehicle had its turn. */
    COMPLETED,
    ABORTED,
    /** The second person said no. */
    DECLINED,
    /** Its deadline passed. */
    DEADLINE
}
