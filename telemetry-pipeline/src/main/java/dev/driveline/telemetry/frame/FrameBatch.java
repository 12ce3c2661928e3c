package dev.driveline.telemetry.frame;

import dev.driveline.telemetry.batch.CanFrames;

/**
 * A stored batch.
 *
 * @param t0Us the reference of its first frame, vehicle time, UTC, microseconds since 1970
 * @param receivedUs when the gateway received it, UTC, microseconds since 1970
 */
public record FrameBatch(long t0Us, long receivedUs, CanFrames frames) {

    /** The last frame, vehicle time, microseconds since 1970. */
    public long endUs() {
        return t0Us + frames.spanUs();
    }

    public Place place(int frame) {
        return new Place(t0Us, frames.head().boot().bits(), frames.head().seq(), frame);
    }

    /**
     * A frame's place among all of its vehicle.
     *
     * @param t0Us of its batch
     * @param frame in its batch, from 0
     */
    public record Place(long t0Us, long boot, long seq, int frame) {}
}
