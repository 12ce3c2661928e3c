package dev.driveline.simulator;

import dev.driveline.contract.telemetry.v1.Clock;

/**
 * The time of the batch at hand, microseconds since 1970: when its first entry was, and how long
 * after the one before each of the others. A clock that went back is held at the last time. Not
 * thread-safe.
 */
final class BatchTime {

    /** What all batches say of the clock that it comes from. */
    static final Clock CLOCK = Clock.CLOCK_NTP;

    static final int CLOCK_ERROR_US = 5_000;

    private boolean begun;
    private long firstUs;
    private long lastUs;

    /** From the entry before to the next one; the first begins the batch. */
    int next(long timeUs) {
        if (!begun) {
            begun = true;
            firstUs = timeUs;
            lastUs = timeUs;
        }
        long time = Math.max(timeUs, lastUs);
        int dtUs = (int) (time - lastUs);
        lastUs = time;
        return dtUs;
    }

    long firstUs() {
        return firstUs;
    }

    /** From the first entry to the last. */
    long spanUs() {
        return begun ? lastUs - firstUs : 0;
    }

    /** The batch is closed; what comes next begins another. */
    void close() {
        begun = false;
    }
}
