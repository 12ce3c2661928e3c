package dev.driveline.telemetry.slice;

/**
 * Consecutive samples of one batch within a {@link SliceColumns}.
 *
 * @param boot of {@code BootId}
 * @param receivedUs when the gateway received the batch, UTC, microseconds since 1970
 * @param late older than what was already accepted when it came
 * @param count of samples, at least 1
 */
public record Run(long boot, long seq, long receivedUs, boolean late, int count) {}
