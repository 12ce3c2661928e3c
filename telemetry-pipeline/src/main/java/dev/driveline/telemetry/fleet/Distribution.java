package dev.driveline.telemetry.fleet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How values spread: quantiles by nearest rank, and buckets of equal width from the least to the
 * greatest.
 *
 * @param buckets in order; one alone where all values are equal
 */
public record Distribution(
        int count,
        double min,
        double p10,
        double p50,
        double p90,
        double max,
        List<Bucket> buckets) {

    /**
     * One of them.
     *
     * @param to exclusive, but for the last one
     */
    public record Bucket(double from, double to, int count) {}

    /**
     * @param values finite, at least one; not changed
     * @param buckets at least one
     */
    public static Distribution of(double[] values, int buckets) {
        if (values.length == 0 || buckets < 1) {
            throw new IllegalArgumentException(
                    values.length + " values in " + buckets + " buckets");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double min = sorted[0];
        double max = sorted[sorted.length - 1];
        return new Distribution(
                sorted.length,
                min,
                quantile(sorted, 10),
                quantile(sorted, 50),
                quantile(sorted, 90),
                max,
                bucketsOf(sorted, min, max, buckets));
    }

    /** Nearest rank: the least value that so many percent of the values do not exceed. */
    private static double quantile(double[] sorted, int percent) {
        long rank = ((long) percent * sorted.length + 99) / 100;
        return sorted[(int) Math.max(0, rank - 1)];
    }

    private static List<Bucket> bucketsOf(double[] sorted, double min, double max, int buckets) {
        if (min == max) {
            return List.of(new Bucket(min, max, sorted.length));
        }
        int[] counts = new int[buckets];
        // Halved, so that the width is finite whatever the ends are.
        double half = max / 2 - min / 2;
        for (double value : sorted) {
            int place = (int) ((value / 2 - min / 2) / half * buckets);
            counts[Math.min(place, buckets - 1)]++;
        }
        List<Bucket> all = new ArrayList<>();
        double from = min;
        for (int i = 0; i < buckets; i++) {
            double part = (i + 1.0) / buckets;
            double edge = Math.clamp(min * (1 - part) + max * part, from, max);
            double to = i == buckets - 1 ? max : edge;
            all.add(new Bucket(from, to, counts[i]));
            from = to;
        }
        return all;
    }
}
