package dev.driveline.telemetry.slice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.DrawnColumns.Batch;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SliceColumnsTest {

    private record Row(SampleKey key, long receivedUs, boolean late, long raw, byte quality) {}

    @Test
    void joinedPackedAndUnpackedEverySampleIsThereOnceAndEverySliceInOrder() {
        Trials.of(61)
                .run(
                        300,
                        random -> {
                            SignalDefinition definition = DrawnColumns.definition(random);
                            List<Batch> batches = DrawnColumns.batches(random, definition);
                            SliceBuilder builder = new SliceBuilder();
                            for (Batch batch : batches) {
                                builder.add(
                                        batch.boot(),
                                        batch.seq(),
                                        batch.receivedUs(),
                                        batch.late(),
                                        batch.columns());
                            }
                            List<Row> found = new ArrayList<>();
                            for (SliceColumns slice : builder.build()) {
                                SliceColumns back =
                                        SliceColumns.unpack(
                                                slice.pack(definition.real()), slice.firstUs());
                                assertEquals(slice.runs(), back.runs());
                                assertArrayEquals(slice.tUs(), back.tUs());
                                assertArrayEquals(slice.place(), back.place());
                                assertArrayEquals(slice.raw(), back.raw());
                                assertArrayEquals(slice.quality(), back.quality());
                                List<Row> rows = rows(back);
                                assertEquals(
                                        rows.stream()
                                                .sorted(Comparator.comparing(Row::key))
                                                .toList(),
                                        rows);
                                found.addAll(rows);
                            }
                            found.sort(Comparator.comparing(Row::key));
                            assertEquals(naive(batches), found);
                        });
    }

    @Test
    void batchesInOrderMakeOneSlice() {
        SliceBuilder builder = new SliceBuilder();
        for (int seq = 1; seq <= 600; seq++) {
            builder.add(7, seq, seq * 1_000_000L, false, oneSample(seq * 1_000_000L));
        }
        SliceColumns slice = builder.build().getFirst();
        assertEquals(1, builder.build().size());
        assertEquals(600, slice.count());
        // A value a second that never changes: what is left is nearly nothing.
        assertTrue(slice.pack(false).length < 100, slice.pack(false).length + " bytes");
    }

    @Test
    void mutatedBytesAreRefusedOrReadButNeverTripAnythingElse() {
        SliceBuilder builder = new SliceBuilder();
        for (int seq = 1; seq <= 20; seq++) {
            builder.add(seq % 3, seq, seq * 1_000_003L, seq % 2 == 0, oneSample(seq * 999_000L));
        }
        SliceColumns slice = builder.build().getFirst();
        byte[] packed = slice.pack(false);
        Trials.of(62)
                .run(
                        2_000,
                        random -> {
                            byte[] mutated =
                                    Arrays.copyOf(packed, packed.length - random.nextInt(3));
                            for (int i = 0; i <= random.nextInt(4); i++) {
                                mutated[random.nextInt(mutated.length)] =
                                        (byte) random.nextInt(256);
                            }
                            try {
                                SliceColumns.unpack(mutated, slice.firstUs());
                            } catch (IllegalArgumentException stated) {
                                // Stated; anything else fails the trial.
                            }
                        });
        assertThrows(IllegalArgumentException.class, () -> SliceColumns.unpack(new byte[0], 0));
        byte[] runOfNoBoot = {2, 0, 1, 0, 1, 0, 0, 2, 0, 0, 0};
        assertThrows(IllegalArgumentException.class, () -> SliceColumns.unpack(runOfNoBoot, 0));
    }

    private static SignalColumns oneSample(long tUs) {
        return new SignalColumns(new long[] {tUs}, new int[] {3}, new long[] {42}, new byte[] {0});
    }

    private static List<Row> rows(SliceColumns slice) {
        List<Row> rows = new ArrayList<>();
        int at = 0;
        for (Run run : slice.runs()) {
            for (int i = 0; i < run.count(); i++) {
                rows.add(
                        new Row(
                                new SampleKey(
                                        slice.tUs()[at], run.boot(), run.seq(), slice.place()[at]),
                                run.receivedUs(),
                                run.late(),
                                slice.raw()[at],
                                slice.quality()[at]));
                at++;
            }
        }
        return rows;
    }

    private static List<Row> naive(List<Batch> batches) {
        List<Row> rows = new ArrayList<>();
        for (Batch batch : batches) {
            SignalColumns columns = batch.columns();
            for (int i = 0; i < columns.count(); i++) {
                rows.add(
                        new Row(
                                new SampleKey(
                                        columns.tUs()[i],
                                        batch.boot(),
                                        batch.seq(),
                                        columns.place()[i]),
                                batch.receivedUs(),
                                batch.late(),
                                columns.raw()[i],
                                columns.quality()[i]));
            }
        }
        rows.sort(Comparator.comparing(Row::key));
        return rows;
    }
}
