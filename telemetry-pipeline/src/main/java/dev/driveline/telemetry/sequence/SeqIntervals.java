package dev.driveline.telemetry.sequence;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.Arrays;

/**
 * Numbers from 1 that were seen, as intervals: {@code 1-17, 19-40}. Immutable.
 *
 * <p>At most {@value #MAX_INTERVALS} intervals are kept; one more closes the smallest gap (the
 * lowest of equal ones), whose numbers count as seen from then on. Shape of the packed form, all
 * varints: number of intervals, then for each the distance from the end of the one before to its
 * first number, and its length less 1.
 */
public final class SeqIntervals {

    public static final int MAX_INTERVALS = 1_024;

    private static final SeqIntervals NONE = new SeqIntervals(new long[0]);

    /** First and last number of each interval, ascending; neighbours are never adjacent. */
    private final long[] bounds;

    private SeqIntervals(long[] bounds) {
        this.bounds = bounds;
    }

    public static SeqIntervals none() {
        return NONE;
    }

    public boolean contains(long seq) {
        int place = Arrays.binarySearch(bounds, seq);
        // Behind a first number, an insertion point is odd: inside.
        return place >= 0 || (-place - 1) % 2 == 1;
    }

    /**
     * The same with one number more.
     *
     * @param seq 1 to 2^63-1
     */
    public SeqIntervals with(long seq) {
        if (seq < 1) {
            throw new IllegalArgumentException("seq " + seq + " is not positive");
        }
        if (contains(seq)) {
            return this;
        }
        int at = -Arrays.binarySearch(bounds, seq) - 1;
        boolean joinsLower = at > 0 && bounds[at - 1] == seq - 1;
        boolean joinsUpper = at < bounds.length && bounds[at] == seq + 1;
        if (joinsLower && joinsUpper) {
            return new SeqIntervals(without(at - 1));
        }
        if (joinsLower || joinsUpper) {
            long[] grown = bounds.clone();
            grown[joinsLower ? at - 1 : at] = seq;
            return new SeqIntervals(grown);
        }
        long[] more = new long[bounds.length + 2];
        System.arraycopy(bounds, 0, more, 0, at);
        more[at] = seq;
        more[at + 1] = seq;
        System.arraycopy(bounds, at, more, at + 2, bounds.length - at);
        return new SeqIntervals(more).bounded();
    }

    /** How many intervals there are. */
    public int intervals() {
        return bounds.length / 2;
    }

    /** The highest number seen; 0 where none was. */
    public long highest() {
        return bounds.length == 0 ? 0 : bounds[bounds.length - 1];
    }

    /** How many numbers from 1 to the highest were not seen. */
    public long missing() {
        long missing = 0;
        long before = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            missing += bounds[i] - before - 1;
            before = bounds[i + 1];
        }
        return missing;
    }

    void writeTo(ByteWriter out) {
        out.varint(intervals());
        long before = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            out.varint(bounds[i] - before).varint(bounds[i + 1] - bounds[i]);
            before = bounds[i + 1];
        }
    }

    /** Throws IllegalArgumentException where the bytes are no such form. */
    static SeqIntervals readFrom(ByteReader in) {
        long[] bounds = new long[2 * in.count(MAX_INTERVALS)];
        long before = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            bounds[i] = before + in.varint();
            bounds[i + 1] = bounds[i] + in.varint();
            if (bounds[i] <= before || bounds[i + 1] < bounds[i]) {
                throw new IllegalArgumentException("interval " + i / 2 + " does not ascend");
            }
            before = bounds[i + 1];
        }
        return new SeqIntervals(bounds);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bounds.length; i += 2) {
            text.append(i == 0 ? "" : ", ").append(bounds[i]).append('-').append(bounds[i + 1]);
        }
        return text.toString();
    }

    private SeqIntervals bounded() {
        if (intervals() <= MAX_INTERVALS) {
            return this;
        }
        int smallest = 1;
        for (int i = 3; i < bounds.length - 1; i += 2) {
            if (bounds[i + 1] - bounds[i] < bounds[smallest + 1] - bounds[smallest]) {
                smallest = i;
            }
        }
        return new SeqIntervals(without(smallest));
    }

    /** Joins two intervals: without the end at {@code last} and the start behind it. */
    private long[] without(int last) {
        long[] joined = new long[bounds.length - 2];
        System.arraycopy(bounds, 0, joined, 0, last);
        System.arraycopy(bounds, last + 2, joined, last, bounds.length - last - 2);
        return joined;
    }
}
