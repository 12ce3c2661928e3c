package dev.driveline.telemetry.frame;

/**
 * One frame as it was recorded.
 *
 * @param tUs vehicle time, UTC, microseconds since 1970
 * @param flags of {@code FrameFlags}
 * @param data not to be written
 */
public record RecordedFrame(
        FrameBatch.Place place, long tUs, String bus, int id, int flags, byte[] data) {}
