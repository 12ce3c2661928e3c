package dev.driveline.telemetry.sequence;

/**
 * How many batches were found missing, came after all, and were said to be lost.
 *
 * @param lost of those found missing
 */
public record GapChange(long found, long filled, long lost) {

    public static final GapChange NONE = new GapChange(0, 0, 0);

    public GapChange plus(GapChange other) {
        return new GapChange(found + other.found, filled + other.filled, lost + other.lost);
    }
}
