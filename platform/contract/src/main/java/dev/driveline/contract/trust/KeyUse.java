package dev.driveline.contract.trust;

/** What a key may sign. */
public enum KeyUse {
    COMMAND,
    CONFIG,
    FILE
}
