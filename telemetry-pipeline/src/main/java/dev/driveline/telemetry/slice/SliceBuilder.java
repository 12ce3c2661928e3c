package dev.driveline.telemetry.slice;

import dev.driveline.telemetry.sample.SignalColumns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Joins the batches of one signal into slices. Not thread-safe.
 *
 * <p>Batches are joined while each begins behind the end of the one before, as those of one driving
 * vehicle do. Where two overlap, as after a clock was set back, the later one begins another slice
 * of the same ten minutes, so that every slice is in order by itself.
 */
public final class SliceBuilder {

    private static final Comparator<Part> ORDER =
            Comparator.comparingLong(Part::firstUs)
                    .thenComparingLong(part -> part.run.boot())
                    .thenComparingLong(part -> part.run.seq());

    private final List<Part> parts = new ArrayList<>();

    private record Part(Run run, SignalColumns columns) {
        long firstUs() {
            return columns.firstUs();
        }
    }

    /** Adds the samples of one batch, at least one. */
    public void add(long boot, long seq, long receivedUs, boolean late, SignalColumns columns) {
        parts.add(new Part(new Run(boot, seq, receivedUs, late, columns.count()), columns));
    }

    /** All that was added, in as few slices as their order allows. */
    public List<SliceColumns> build() {
        parts.sort(ORDER);
        List<List<Part>> chains = new ArrayList<>();
        for (Part part : parts) {
            chainFor(part, chains).add(part);
        }
        return chains.stream().map(SliceBuilder::join).toList();
    }

    private static List<Part> chainFor(Part part, List<List<Part>> chains) {
        for (List<Part> chain : chains) {
            if (chain.getLast().columns.lastUs() < part.firstUs()) {
                return chain;
            }
        }
        List<Part> another = new ArrayList<>();
        chains.add(another);
        return another;
    }

    private static SliceColumns join(List<Part> chain) {
        int count = 0;
        for (Part part : chain) {
            count += part.columns.count();
        }
        SliceColumns joined =
                new SliceColumns(
                        chain.stream().map(Part::run).toList(),
                        new long[count],
                        new int[count],
                        new long[count],
                        new byte[count]);
        int at = 0;
        for (Part part : chain) {
            SignalColumns columns = part.columns;
            int size = columns.count();
            System.arraycopy(columns.tUs(), 0, joined.tUs(), at, size);
            System.arraycopy(columns.place(), 0, joined.place(), at, size);
            System.arraycopy(columns.raw(), 0, joined.raw(), at, size);
            System.arraycopy(columns.quality(), 0, joined.quality(), at, size);
            at += size;
        }
        return joined;
    }
}
