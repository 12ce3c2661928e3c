package dev.driveline.telemetry.slice;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.util.ArrayList;
import java.util.List;

/**
 * What a slice comes to, minute by minute: its down-sampled level, read instead of its samples.
 *
 * <p>Samples that say "not available" or "error", and those that are no number, are not counted; a
 * minute without others is absent. Shape: a byte, 1 for integers or 2 for doubles; varint of the
 * number of minutes; for each the minute since 1970 (varint, then differences), the count, the last
 * sample's time since the minute's begin in microseconds, then raw values: with integers the least
 * (zig-zag), and above it the greatest, the last and the sum of all (varints); with doubles the
 * four in eight bytes each, the sum not above the least but whole.
 */
public final class SliceSummary {

    /** The length of a bucket, microseconds. */
    public static final long MINUTE_US = 60_000_000L;

    private static final int INTEGERS = 1;
    private static final int REALS = 2;
    private static final int MAX_MINUTES = 1 << 16;

    /** Sums of as many as a slice holds stay within a long. */
    private static final long MAX_INTEGER = 1L << 40;

    private SliceSummary() {}

    /** Sums a slice up. */
    public static byte[] pack(SliceColumns columns, SignalDefinition definition) {
        boolean integers =
                !definition.real() && !definition.unsigned64() && allSmall(columns.raw());
        List<Minute> minutes = minutes(columns, definition, integers);
        ByteWriter out = new ByteWriter(16 * minutes.size() + 8);
        out.octet(integers ? INTEGERS : REALS).varint(minutes.size());
        long before = 0;
        for (Minute minute : minutes) {
            out.varint(minute.number - before).varint(minute.count).varint(minute.lastOffsetUs);
            before = minute.number;
            if (integers) {
                out.zigZag(minute.least)
                        .varint(minute.greatest - minute.least)
                        .varint(minute.last - minute.least)
                        .varint(minute.sum - minute.count * minute.least);
            } else {
                out.fixed64(Double.doubleToRawLongBits(minute.realLeast))
                        .fixed64(Double.doubleToRawLongBits(minute.realGreatest))
                        .fixed64(Double.doubleToRawLongBits(minute.realLast))
                        .fixed64(Double.doubleToRawLongBits(minute.realSum));
            }
        }
        return out.toBytes();
    }

    /**
     * Adds the minutes of a packed summary to buckets of whole minutes.
     *
     * @throws IllegalArgumentException if the bytes are not of that form
     */
    public static void addTo(Buckets buckets, byte[] packed, SignalDefinition definition) {
        ByteReader in = new ByteReader(packed);
        int form = in.octet();
        if (form != INTEGERS && form != REALS) {
            throw new IllegalArgumentException("summary of a slice in form " + form);
        }
        int minutes = in.count(MAX_MINUTES);
        long number = 0;
        for (int i = 0; i < minutes; i++) {
            number += in.varint();
            long count = in.varint();
            long lastUs = number * MINUTE_US + in.varint();
            Buckets.Summary summary = form == INTEGERS ? integers(in, count) : reals(in);
            buckets.add(number * MINUTE_US, lastUs, count, physical(summary, count, definition));
        }
    }

    private static Buckets.Summary integers(ByteReader in, long count) {
        long least = in.zigZag();
        long greatest = least + in.varint();
        long last = least + in.varint();
        long sum = count * least + in.varint();
        return new Buckets.Summary(least, greatest, last, sum);
    }

    private static Buckets.Summary reals(ByteReader in) {
        return new Buckets.Summary(
                Double.longBitsToDouble(in.fixed64()),
                Double.longBitsToDouble(in.fixed64()),
                Double.longBitsToDouble(in.fixed64()),
                Double.longBitsToDouble(in.fixed64()));
    }

    /** A negative factor turns the least into the greatest. */
    private static Buckets.Summary physical(
            Buckets.Summary raw, long count, SignalDefinition definition) {
        double factor = definition.factor();
        double offset = definition.offset();
        double one = raw.least() * factor + offset;
        double other = raw.greatest() * factor + offset;
        return new Buckets.Summary(
                Math.min(one, other),
                Math.max(one, other),
                raw.last() * factor + offset,
                raw.sum() * factor + count * offset);
    }

    private static boolean allSmall(long[] raw) {
        for (long value : raw) {
            if (value > MAX_INTEGER || value < -MAX_INTEGER) {
                return false;
            }
        }
        return true;
    }

    private static List<Minute> minutes(
            SliceColumns columns, SignalDefinition definition, boolean integers) {
        List<Minute> minutes = new ArrayList<>();
        for (int i = 0; i < columns.count(); i++) {
            double value = definition.unscaled(columns.raw()[i]);
            if (!Quality.of(columns.quality()[i]).hasValue() || Double.isNaN(value)) {
                continue;
            }
            long t = columns.tUs()[i];
            long number = Math.floorDiv(t, MINUTE_US);
            if (minutes.isEmpty() || minutes.getLast().number != number) {
                minutes.add(new Minute(number));
            }
            Minute minute = minutes.getLast();
            minute.lastOffsetUs = t - number * MINUTE_US;
            if (integers) {
                minute.add(columns.raw()[i]);
            } else {
                minute.add(value);
            }
        }
        return minutes;
    }

    /** One minute while it is summed up. */
    private static final class Minute {

        private final long number;
        private long count;
        private long lastOffsetUs;
        private long least = Long.MAX_VALUE;
        private long greatest = Long.MIN_VALUE;
        private long last;
        private long sum;
        private double realLeast = Double.POSITIVE_INFINITY;
        private double realGreatest = Double.NEGATIVE_INFINITY;
        private double realLast;
        private double realSum;

        Minute(long number) {
            this.number = number;
        }

        void add(long value) {
            count++;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
            last = value;
            sum += value;
        }

        void add(double value) {
            count++;
            realLeast = Math.min(realLeast, value);
            realGreatest = Math.max(realGreatest, value);
            realLast = value;
            realSum += value;
        }
    }
}
