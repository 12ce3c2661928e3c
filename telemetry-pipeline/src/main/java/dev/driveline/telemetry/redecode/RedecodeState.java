package dev.driveline.telemetry.redecode;

/** How far a re-decoding is. */
public enum RedecodeState {
    WAITING,
    RUNNING,
    DONE,
    FAILED
}
