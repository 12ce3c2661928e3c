package dev.driveline.command.batch;

/** What is to be done after a look. */
public sealed interface BatchOrder {

    /** Vehicles that wait are taken up, and get their commands. */
    record Take(int most) implements BatchOrder {}

    /** Vehicles that wait get none. */
    record CancelWaiting() implements BatchOrder {}

    /** Commands that no vehicle can have yet are taken back. */
    record CancelUnsent() implements BatchOrder {}
}
