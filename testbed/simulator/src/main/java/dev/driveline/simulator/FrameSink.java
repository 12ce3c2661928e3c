package dev.driveline.simulator;

/** Takes frames as a bus delivers them, in order of time. */
@FunctionalInterface
public interface FrameSink {

    /**
     * One frame.
     *
     * @param timeUs UTC, microseconds since 1970
     * @param flags as in {@code CanBatch.Channel}
     * @param data the first {@code length} bytes are the payload; not kept
     */
    void frame(long timeUs, String bus, int id, int flags, byte[] data, int length)
            throws InterruptedException;
}
