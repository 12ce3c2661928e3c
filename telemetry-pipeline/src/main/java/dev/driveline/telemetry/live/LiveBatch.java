package dev.driveline.telemetry.live;

import dev.driveline.contract.telemetry.v1.SampleBatch;

/**
 * A batch as it stands in {@code telemetry.signals}.
 *
 * @param firstPlace samples before this one were heard before
 */
public record LiveBatch(int partition, long offset, int firstPlace, SampleBatch batch) {}
