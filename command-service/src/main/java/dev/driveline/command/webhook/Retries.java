package dev.driveline.command.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a delivery that was not taken is tried again: after a second, five, thirty, two minutes,
 * ten, thirty, and from then on every hour, each up to a fifth later, so that receivers which come
 * back are not met by all at once.
 *
 * @param limit from the first try to the last; what was not taken by then is a dead letter
 */
public record Retries(Duration limit) {

    private static final List<Duration> PAUSES =
            List.of(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(30),
                    Duration.ofHours(1));
    private static final Duration LONGEST_WAIT = Duration.ofHours(6);
    private static final double SPREAD = 0.2;

    /**
     * The next try; empty for none.
     *
     * @param attempts so far, at least one
     * @param since when trying began
     * @param wait what the receiver asked for; at most six hours are given
     */
    public Optional<Instant> next(
            int attempts, Instant since, Instant now, Duration wait, RandomGenerator random) {
        Duration pause = PAUSES.get(Math.min(attempts, PAUSES.size()) - 1);
        Duration spread =
                pause.plusMillis((long) (pause.toMillis() * SPREAD * random.nextDouble()));
        Duration asked = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
        Instant at = now.plus(spread.compareTo(asked) > 0 ? spread : asked);
        return at.isAfter(since.plus(limit)) ? Optional.empty() : Optional.of(at);
    }
}
