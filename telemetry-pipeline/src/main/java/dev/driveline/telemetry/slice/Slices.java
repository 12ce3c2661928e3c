package dev.driveline.telemetry.slice;

/** The ten minutes that a batch belongs to, by its first sample's vehicle time. */
public final class Slices {

    /** The length of a slice, microseconds. */
    public static final long LENGTH_US = 600_000_000L;

    private Slices() {}

    /**
     * The number of the slice that holds a time; both count from 1970. Far beyond its range it is
     * the last.
     */
    public static int of(long tUs) {
        return Math.clamp(Math.floorDiv(tUs, LENGTH_US), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** The first time behind a slice, microseconds since 1970. */
    public static long endUs(int slice) {
        return (slice + 1L) * LENGTH_US;
    }
}
