package dev.driveline.telemetry.job;

/** How far a job is. */
public enum JobState {
    WAITING,
    RUNNING,
    DONE,
    FAILED
}
