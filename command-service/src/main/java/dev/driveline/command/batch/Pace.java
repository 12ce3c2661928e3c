package dev.driveline.command.batch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How many may go out now: as many as the rate gives, with what was left unused for at most {@link
 * BatchMachine#TURN}. Within any second these are the rate's and one turn's at most.
 *
 * @param nextUs since 1970, when the next one may go
 */
public record Pace(long nextUs) {

    static final Pace START = new Pace(0);

    int allowed(int perSecond, Instant now) {
        long nowUs = micros(now);
        long first = first(nowUs);
        return first > nowUs ? 0 : Math.toIntExact((nowUs - first) / interval(perSecond) + 1);
    }

    Pace took(int vehicles, int perSecond, Instant now) {
        return vehicles == 0 ? this : new Pace(first(micros(now)) + vehicles * interval(perSecond));
    }

    private long first(long nowUs) {
        return Math.max(nextUs, nowUs - BatchMachine.TURN.toNanos() / 1_000);
    }

    private static long interval(int perSecond) {
        return Math.ceilDiv(1_000_000L, perSecond);
    }

    private static long micros(Instant now) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, now);
    }
}
