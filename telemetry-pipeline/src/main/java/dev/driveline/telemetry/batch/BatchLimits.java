package dev.driveline.telemetry.batch;

/** What a batch may be at most. */
public final class BatchLimits {

    /** The one version of {@code CanBatch} that is understood. */
    public static final int SCHEMA = 1;

    /** From the first frame's reference to the last frame; a TBox ends a batch after 60 s. */
    public static final long MAX_SPAN_US = 600_000_000L;

    /** The year 2255, below 2^53: every time is exact in JSON. */
    public static final long MAX_TIME_US = 9_000_000_000_000_000L;

    static final int MAX_CHANNELS = 8_192;
    static final int MAX_LOST_RANGES = 1_000;
    static final int MAX_PAYLOAD_BYTES = 64;

    private BatchLimits() {}
}
