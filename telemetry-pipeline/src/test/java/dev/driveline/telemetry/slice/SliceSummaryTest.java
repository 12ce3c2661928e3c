package dev.driveline.telemetry.slice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.DrawnColumns.Batch;
import dev.driveline.testkit.Trials;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SliceSummaryTest {

    private static final long MINUTE_US = SliceSummary.MINUTE_US;

    @Test
    void summariesGiveTheBucketsThatTheSamplesGive() {
        Trials.of(63)
                .run(
                        300,
                        random -> {
                            SignalDefinition definition = DrawnColumns.definition(random);
                            List<Batch> batches = DrawnColumns.batches(random, definition);
                            long lengthUs = MINUTE_US * (1 + random.nextInt(7));
                            long fromUs = 1_700_000_040_000_000L / lengthUs * lengthUs;
                            Buckets bySummary = new Buckets(fromUs, lengthUs, 20);
                            Buckets bySample = new Buckets(fromUs, lengthUs, 20);
                            SliceBuilder builder = new SliceBuilder();
                            for (Batch batch : batches) {
                                SignalColumns columns = batch.columns();
                                builder.add(
                                        batch.boot(),
                                        batch.seq(),
                                        batch.receivedUs(),
                                        batch.late(),
                                        columns);
                                for (int i = 0; i < columns.count(); i++) {
                                    bySample.add(
                                            columns.tUs()[i],
                                            columns.raw()[i],
                                            columns.quality()[i],
                                            definition);
                                }
                            }
                            for (SliceColumns slice : builder.build()) {
                                SliceSummary.addTo(
                                        bySummary,
                                        SliceSummary.pack(slice, definition),
                                        definition);
                            }
                            for (int i = 0; i < bySample.number(); i++) {
                                random.note("bucket " + i);
                                assertEquals(bySample.count(i), bySummary.count(i));
                                if (bySample.count(i) > 0) {
                                    assertEquals(bySample.least(i), bySummary.least(i));
                                    assertEquals(bySample.greatest(i), bySummary.greatest(i));
                                    close(bySample.mean(i), bySummary.mean(i), bySample);
                                }
                            }
                        });
    }

    @Test
    void theLastIsByVehicleTimeAndTheMeanOfWhatHasAValue() {
        SignalDefinition definition =
                new SignalDefinition("b.M.S", "°C", 0.5, -40, false, false, "c@0", 0);
        long start = 28_000_000 * MINUTE_US;
        SliceColumns slice =
                new SliceColumns(
                        List.of(new Run(1, 1, start, false, 4)),
                        new long[] {start, start + 1, start + 2, start + MINUTE_US},
                        new int[] {0, 1, 2, 3},
                        new long[] {100, 255, 120, 90},
                        new byte[] {0, 2, 1, 0});
        Buckets buckets = new Buckets(start, MINUTE_US, 3);
        SliceSummary.addTo(buckets, SliceSummary.pack(slice, definition), definition);
        assertEquals(2, buckets.count(0));
        assertEquals(10, buckets.least(0));
        assertEquals(20, buckets.greatest(0));
        assertEquals(15, buckets.mean(0));
        assertEquals(20, buckets.last(0));
        assertEquals(5, buckets.last(1));
        assertEquals(0, buckets.count(2));
    }

    /** Sums are rounded in another order. */
    private static void close(double expected, double actual, Buckets all) {
        double scale = 1;
        for (int i = 0; i < all.number(); i++) {
            if (all.count(i) > 0) {
                scale = Math.max(scale, Math.max(-all.least(i), all.greatest(i)));
            }
        }
        assertEquals(expected, actual, scale * 1e-12);
    }
}
