package dev.driveline.telemetry.export;

/** How far an export is. */
public enum ExportState {
    WAITING,
    RUNNING,
    DONE,
    FAILED
}
