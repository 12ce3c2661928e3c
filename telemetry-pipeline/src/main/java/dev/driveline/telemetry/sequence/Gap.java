package dev.driveline.telemetry.sequence;

import org.jspecify.annotations.Nullable;

/**
 * Numbers of one boot, next to each other, whose batches did not come when they were due.
 *
 * @param to inclusive
 * @param sinceUs when a higher number was known first: receipt, UTC, microseconds since 1970
 * @param changedUs LOST: when the TBox said so; FILLED: when the last of them came; null while OPEN
 */
public record Gap(long from, long to, State state, long sinceUs, @Nullable Long changedUs) {

    /** What is known of them. */
    public enum State {
        /** They may come yet. */
        OPEN,
        /** The TBox had to discard them. */
        LOST,
        /** They came later. */
        FILLED
    }

    /** How many batches. */
    public long batches() {
        return to - from + 1;
    }

    Gap cut(long first, long last) {
        return new Gap(first, last, state, sinceUs, changedUs);
    }

    Gap turned(State now, long atUs) {
        return new Gap(from, to, now, sinceUs, atUs);
    }
}
