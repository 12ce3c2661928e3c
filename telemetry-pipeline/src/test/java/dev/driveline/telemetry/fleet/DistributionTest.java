package dev.driveline.telemetry.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.telemetry.fleet.Distribution.Bucket;
import dev.driveline.testkit.Trials;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DistributionTest {

    @Test
    void quantilesAreNearestRanks() {
        double[] values = IntStream.rangeClosed(1, 20).mapToDouble(i -> i).toArray();
        Distribution spread = Distribution.of(values, 2);
        assertEquals(
                List.of(1.0, 2.0, 10.0, 18.0, 20.0),
                List.of(spread.min(), spread.p10(), spread.p50(), spread.p90(), spread.max()));
        assertEquals(List.of(new Bucket(1, 10.5, 10), new Bucket(10.5, 20, 10)), spread.buckets());
    }

    @Test
    void oneValueIsABucketOfItsOwn() {
        Distribution spread = Distribution.of(new double[] {4, 4}, 10);
        assertEquals(List.of(new Bucket(4, 4, 2)), spread.buckets());
        assertEquals(4, spread.p10());
        assertThrows(IllegalArgumentException.class, () -> Distribution.of(new double[0], 10));
    }

    @Test
    void everyValueIsInItsBucketHoweverFarTheyAre() {
        Trials.of(4)
                .run(
                        500,
                        random -> {
                            double[] values = new double[1 + random.nextInt(50)];
                            double scale = random.oneIn(5) ? Double.MAX_VALUE : 1_000;
                            for (int i = 0; i < values.length; i++) {
                                values[i] = (random.nextDouble() * 2 - 1) * scale;
                            }
                            double[] before = values.clone();
                            int buckets = 1 + random.nextInt(20);
                            Distribution spread = Distribution.of(values, buckets);
                            assertTrue(Arrays.equals(before, values));
                            int sum = 0;
                            for (Bucket bucket : spread.buckets()) {
                                sum += bucket.count();
                                assertTrue(
                                        Double.isFinite(bucket.from())
                                                && bucket.from() <= bucket.to());
                            }
                            assertEquals(values.length, sum);
                            for (int percent : new int[] {10, 50, 90}) {
                                double at =
                                        percent == 10
                                                ? spread.p10()
                                                : percent == 50 ? spread.p50() : spread.p90();
                                long below =
                                        Arrays.stream(values).filter(value -> value <= at).count();
                                assertTrue(below * 100 >= (long) percent * values.length);
                            }
                        });
    }
}
