package dev.driveline.telemetry.sample;

import java.util.Comparator;

/**
 * A sample's place among all of its vehicle: by time, and where times are equal by batch and place
 * in it, so that no two are equal.
 *
 * @param tUs vehicle time, UTC, microseconds since 1970
 * @param boot of {@code BootId}
 * @param place in the batch, from 0
 */
public record SampleKey(long tUs, long boot, long seq, int place) implements Comparable<SampleKey> {

    private static final Comparator<SampleKey> ORDER =
            Comparator.comparingLong(SampleKey::tUs)
                    .thenComparingLong(SampleKey::boot)
                    .thenComparingLong(SampleKey::seq)
                    .thenComparingInt(SampleKey::place);

    @Override
    public int compareTo(SampleKey other) {
        return ORDER.compare(this, other);
    }
}
