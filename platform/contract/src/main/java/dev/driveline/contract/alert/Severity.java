package dev.driveline.contract.alert;

/** How bad it is; in rising order. */
public enum Severity {
    INFO,
    WARNING,
    CRITICAL
}
