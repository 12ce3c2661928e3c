package dev.driveline.telemetry.rule;

/** Where a rule stands with one vehicle; times are vehicle time, microseconds since 1970. */
public sealed interface AlertState {

    /** Nothing is the matter. */
    record Quiet() implements AlertState {}

    /** The condition is true, and not yet for as long as it has to be. */
    record Pending(long sinceUs) implements AlertState {}

    /**
     * There is an alert.
     *
     * @param raisedUs by which it is told from the other alerts of rule and vehicle
     * @param updatedUs when it was last told of
     */
    record Firing(long raisedUs, long updatedUs) implements AlertState {}

    /** There is an alert, whose end is not yet as old as it has to be. */
    record Clearing(long raisedUs, long updatedUs, long sinceUs) implements AlertState {}

    /** An alert is over, and there is none again before that time. */
    record CoolingDown(long untilUs) implements AlertState {}
}
