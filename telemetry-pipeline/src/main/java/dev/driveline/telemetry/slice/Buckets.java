package dev.driveline.telemetry.slice;

import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.util.Arrays;

/**
 * A stretch of time cut into buckets of equal length, and what one signal's physical values come to
 * in each. Not thread-safe.
 */
public final class Buckets {

    private final long fromUs;
    private final long lengthUs;
    private final long[] count;
    private final double[] least;
    private final double[] greatest;
    private final double[] last;
    private final long[] lastUs;
    private final double[] sum;
    private String unit = "";

    /**
     * @param fromUs where the first begins, microseconds since 1970
     * @param number of buckets
     */
    public Buckets(long fromUs, long lengthUs, int number) {
        this.fromUs = fromUs;
        this.lengthUs = lengthUs;
        this.count = new long[number];
        this.least = new double[number];
        this.greatest = new double[number];
        this.last = new double[number];
        this.lastUs = new long[number];
        this.sum = new double[number];
        Arrays.fill(lastUs, Long.MIN_VALUE);
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
    }

    /** What several samples come to; physical values or raw ones. */
    record Summary(double least, double greatest, double last, double sum) {}

    /** Whether buckets begin and end with minutes, so that summaries can be added. */
    public boolean isOfWholeMinutes() {
        return fromUs % SliceSummary.MINUTE_US == 0 && lengthUs % SliceSummary.MINUTE_US == 0;
    }

    /** Adds one sample, unless it says that it has no value or lies outside. */
    public void add(long tUs, long raw, byte quality, SignalDefinition definition) {
        double value = definition.physical(raw);
        if (Quality.of(quality).hasValue() && !Double.isNaN(value)) {
            add(tUs, tUs, 1, new Summary(value, value, value, value));
        }
    }

    /** Adds what the samples of one bucket come to. */
    void add(long tUs, long lastOfThemUs, long samples, Summary summary) {
        long index = Math.floorDiv(tUs - fromUs, lengthUs);
        if (index < 0 || index >= count.length) {
            return;
        }
        int i = (int) index;
        count[i] += samples;
        least[i] = Math.min(least[i], summary.least());
        greatest[i] = Math.max(greatest[i], summary.greatest());
        sum[i] += summary.sum();
        if (lastOfThemUs >= lastUs[i]) {
            lastUs[i] = lastOfThemUs;
            last[i] = summary.last();
        }
    }

    /** The unit that the newest catalogue read gives; one signal's units are not converted. */
    public void unit(String stated) {
        unit = stated;
    }

    public String unit() {
        return unit;
    }

    public int number() {
        return count.length;
    }

    /** Where a bucket begins, microseconds since 1970. */
    public long startUs(int bucket) {
        return fromUs + bucket * lengthUs;
    }

    /** How many samples with a value it holds; where it is 0 the rest says nothing. */
    public long count(int bucket) {
        return count[bucket];
    }

    public double least(int bucket) {
        return least[bucket];
    }

    public double greatest(int bucket) {
        return greatest[bucket];
    }

    public double mean(int bucket) {
        return sum[bucket] / count[bucket];
    }

    /** The value of the latest sample by vehicle time. */
    public double last(int bucket) {
        return last[bucket];
    }
}
