package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time range that a job is ordered for: 1970 or later, at most 366 days, in microseconds of
 * vehicle time.
 *
 * @param fromUs inclusive
 * @param toUs exclusive
 */
record OrderedTime(long fromUs, long toUs) {

    private static final Duration MAX_SPAN = Duration.ofDays(366);

    /**
     * @throws dev.driveline.runtime.rest.ProblemException INVALID_REQUEST without one of them
     * @throws InvalidValueException if it is none
     */
    static OrderedTime of(@Nullable Instant from, @Nullable Instant to) {
        Instant first = Members.required(from, "from");
        Instant end = Members.required(to, "to");
        if (first.isBefore(Instant.EPOCH)
                || !first.isBefore(end)
                || first.plus(MAX_SPAN).isBefore(end)) {
            throw new InvalidValueException(
                    "from", first, "expected 1970 or later, up to 366 days before 'to', " + end);
        }
        return new OrderedTime(
                ChronoUnit.MICROS.between(Instant.EPOCH, first),
                ChronoUnit.MICROS.between(Instant.EPOCH, end));
    }
}
