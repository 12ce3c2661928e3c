package dev.driveline.telemetry.batch;

/** What a vehicle's batch holds. */
public enum BatchKind {
    /** Frames: {@code CanBatch}. */
    CAN,
    /** Signals that the vehicle decoded: {@code SignalBatch}. */
    SIGNALS
}
