package dev.driveline.telemetry.batch;

import dev.driveline.contract.vehicle.Rejection;

/** What became of the bytes of a {@code SignalBatch}. */
public sealed interface SignalReading {

    /** All that it says holds together. */
    record Usable(SignalSamples samples) implements SignalReading {}

    /**
     * It cannot be used, and sending it again would not help.
     *
     * @param detail a sentence that names the thing, the value and the rule
     */
    record Refused(Rejection reason, String detail) implements SignalReading {}
}
