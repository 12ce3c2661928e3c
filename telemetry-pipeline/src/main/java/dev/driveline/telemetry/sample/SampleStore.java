package dev.driveline.telemetry.sample;

import dev.driveline.telemetry.sequence.GapChange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where samples are kept, with the place in the log up to which they are. One thread a caller. */
public interface SampleStore {

    /** The next offset to be stored of each of these partitions; 0 for one never stored. */
    Map<Integer, Long> nextOffsets(Collection<Integer> partitions);

    /** Stores samples and next offsets together, or nothing. */
    Appended append(List<PartitionSlice> slices);

    /** What became of an append. */
    sealed interface Appended {

        record Stored(long samples, GapChange gaps) implements Appended {}

        /** Nothing was stored: these partitions have another writer. */
        record Fenced(Set<Integer> partitions) implements Appended {}
    }
}
