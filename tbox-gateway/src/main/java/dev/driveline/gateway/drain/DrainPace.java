package dev.driveline.gateway.drain;

import java.time.Duration;

/**
 * How fast a gateway empties itself.
 *
 * @param perS links closed a second
 * @param limit the rest is closed at once after it
 */
public record DrainPace(int perS, Duration limit) {

    public static final int MOST_PER_S = 100_000;
    public static final Duration LONGEST = Duration.ofHours(1);

    /** So that the other gateways need not shake hands with more than they admit. */
    public static final DrainPace STATED = new DrainPace(500, Duration.ofSeconds(30));

    public DrainPace {
        if (perS < 1 || perS > MOST_PER_S) {
            throw new IllegalArgumentException(
                    "drain pace " + perS + " a second, expected 1 to " + MOST_PER_S);
        }
        if (limit.isNegative() || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "drain limit " + limit + ", expected at most " + LONGEST);
        }
    }
}
