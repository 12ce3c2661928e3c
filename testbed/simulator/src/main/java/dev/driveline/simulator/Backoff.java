package dev.driveline.simulator;

import java.util.random.RandomGenerator;

/** Time to the next attempt: 1 s doubling up to a limit, with full jitter. Not thread-safe. */
final class Backoff {

    private static final long FIRST_MS = 1_000;

    private final long limitMs;
    private final RandomGenerator random;
    private long nextMs = FIRST_MS;

    Backoff(long limitMs, RandomGenerator random) {
        this.limitMs = limitMs;
        this.random = random;
    }

    long nextMs() {
        long ceiling = Math.min(nextMs, limitMs);
        nextMs = Math.min(nextMs * 2, limitMs);
        return random.nextLong(ceiling + 1);
    }

    void succeeded() {
        nextMs = FIRST_MS;
    }
}
