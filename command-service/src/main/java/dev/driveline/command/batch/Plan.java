package dev.driveline.command.batch;

import dev.driveline.contract.error.InvalidValueException;
import java.time.Instant;

/**
 * How a batch is to go.
 *
 * @param perSecond commands a second, 1 to {@value #MAX_PER_SECOND}
 * @param concurrency vehicles underway at once, 1 to {@value #MAX_CONCURRENCY}
 * @param from nothing goes out before
 * @param until what has not gone out by then never does
 */
public record Plan(int perSecond, int concurrency, StopRule stop, Instant from, Instant until) {

    public static final int MAX_PER_SECOND = 1_000;
    public static final int MAX_CONCURRENCY = 10_000;

    /**
     * @throws InvalidValueException naming what is out of its range
     */
    public Plan {
        if (perSecond < 1 || perSecond > MAX_PER_SECOND) {
            throw new InvalidValueException(
                    "perSecond", perSecond, "expected 1 to " + MAX_PER_SECOND);
        }
        if (concurrency < 1 || concurrency > MAX_CONCURRENCY) {
            throw new InvalidValueException(
                    "concurrency", concurrency, "expected 1 to " + MAX_CONCURRENCY);
        }
        if (!from.isBefore(until)) {
            throw new InvalidValueException("until", until, "expected after from");
        }
    }
}
