package dev.driveline.telemetry.postgres;

import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.Run;
import dev.driveline.telemetry.slice.SliceColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples out of overlapping slices and batches in the order of their keys, and no more of
 * them than the answer needs. One use, one thread, within a transaction.
 *
 * <p>Each signal's slices come from a database cursor in the order of their first time, the batches
 * not yet joined from another; a row is unpacked as soon as it could hold the next sample, and of
 * all unpacked rows the least key is given first. A sample that is stored twice, because its batch
 * came again after its boot was forgotten, is given once.
 */
final class HistoryMerge implements AutoCloseable {

    private final StoredRange range;
    private final @Nullable SampleKey after;
    private final int limit;
    private final List<StoredRows> waiting = new ArrayList<>();
    private final List<StoredRows> open = new ArrayList<>();
    private final PriorityQueue<Reader> readers =
            new PriorityQueue<>(Comparator.comparing(Reader::key));

    private HistoryMerge(StoredRange range, @Nullable SampleKey after, int limit) {
        this.range = range;
        this.after = after;
        this.limit = limit;
    }

    /**
     * @param after only samples behind this one; null from the first
     */
    static List<Sample> read(
            Connection connection, StoredRange range, @Nullable SampleKey after, int limit)
            throws SQLException {
        StoredRange rest =
                after == null ? range : range.from(Math.max(range.fromUs(), after.tUs()));
        Map<Integer, SignalDefinition> definitions =
                Definitions.ofSignals(connection, range.signals());
        try (HistoryMerge merge = new HistoryMerge(range, after, limit)) {
            for (int signal : range.signals()) {
                merge.add(StoredRows.slices(connection, rest, signal, definitions));
            }
            merge.add(StoredRows.batches(connection, rest, definitions));
            return merge.merge();
        }
    }

    private void add(StoredRows rows) {
        open.add(rows);
        waiting.add(rows);
    }

    private List<Sample> merge() throws SQLException {
        List<Sample> samples = new ArrayList<>();
        while (samples.size() < limit) {
            unpackDue();
            Reader least = readers.poll();
            if (least == null) {
                break;
            }
            if (least.key().tUs() >= range.toUs()) {
                continue; // All behind it in this row is later still.
            }
            if (samples.isEmpty() || !samples.getLast().key().equals(least.key())) {
                samples.add(least.sample());
            }
            if (least.next()) {
                readers.add(least);
            }
        }
        return samples;
    }

    /** Unpacks every row that begins no later than the least sample at hand. */
    private void unpackDue() throws SQLException {
        for (int i = waiting.size() - 1; i >= 0; i--) {
            StoredRows rows = waiting.get(i);
            while (rows.hasNext()
                    && (readers.isEmpty() || rows.nextFromUs() <= readers.peek().key().tUs())) {
                for (StoredRows.Stretch stretch : rows.take()) {
                    Reader reader = new Reader(stretch);
                    if (reader.skipTo(range.fromUs(), after)) {
                        readers.add(reader);
                    }
                }
            }
            if (!rows.hasNext()) {
                waiting.remove(i);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (StoredRows rows : open) {
            rows.close();
        }
    }

    /** Unpacked columns and the sample in them that comes next. */
    private static final class Reader {

        private final SignalDefinition definition;
        private final SliceColumns columns;
        private int at;
        private int run;
        private int runEnd;
        private SampleKey key;

        Reader(StoredRows.Stretch stretch) {
            this.definition = stretch.definition();
            this.columns = stretch.columns();
            this.runEnd = columns.runs().getFirst().count();
            this.key = keyHere();
        }

        SampleKey key() {
            return key;
        }

        boolean next() {
            at++;
            if (at >= columns.count()) {
                return false;
            }
            if (at == runEnd) {
                run++;
                runEnd += columns.runs().get(run).count();
            }
            key = keyHere();
            return true;
        }

        /** Goes to the first sample that is asked for; false where there is none. */
        boolean skipTo(long fromUs, @Nullable SampleKey after) {
            while (key.tUs() < fromUs || (after != null && key.compareTo(after) <= 0)) {
                if (!next()) {
                    return false;
                }
            }
            return true;
        }

        Sample sample() {
            Run here = columns.runs().get(run);
            return new Sample(
                    definition,
                    key,
                    here.receivedUs(),
                    columns.raw()[at],
                    Quality.of(columns.quality()[at]),
                    here.late());
        }

        private SampleKey keyHere() {
            Run here = columns.runs().get(run);
            return new SampleKey(columns.tUs()[at], here.boot(), here.seq(), columns.place()[at]);
        }
    }
}
