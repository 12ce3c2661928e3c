package dev.driveline.telemetry.batch;

import dev.driveline.contract.vehicle.Rejection;

/** What became of a batch's bytes. */
public sealed interface Reading {

    /** All that it says holds together. */
    record Usable(CanFrames frames) implements Reading {}

    /**
     * It cannot be used, and sending it again would not help.
     *
     * @param detail a sentence that names the thing, the value and the rule
     */
    record Refused(Rejection reason, String detail) implements Reading {}
}
