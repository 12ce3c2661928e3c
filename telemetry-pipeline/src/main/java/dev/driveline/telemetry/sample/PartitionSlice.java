package dev.driveline.telemetry.sample;

import java.util.List;

/**
 * Consecutive records of one partition of {@code telemetry.signals}.
 *
 * @param expectedOffset what the store must have as the partition's next offset, else another
 *     writer has gone on and this one has lost the partition
 * @param nextOffset what it has afterwards
 */
public record PartitionSlice(
        int partition, long expectedOffset, long nextOffset, List<StoredBatch> batches) {}
