package dev.driveline.command.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RetriesTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void triesOftenAtFirstAndForADay() {
        Retries retries = new Retries(Duration.ofDays(1));
        RandomGenerator random = new SplittableRandom(1);
        Instant now = START;
        int attempts = 1;
        Optional<Instant> next = retries.next(attempts, START, now, Duration.ZERO, random);
        while (next.isPresent()) {
            assertTrue(next.get().isAfter(now));
            now = next.get();
            attempts++;
            if (attempts == 4) {
                assertTrue(now.isBefore(START.plusSeconds(44)), now.toString());
            }
            next = retries.next(attempts, START, now, Duration.ZERO, random);
        }
        assertTrue(now.isAfter(START.plus(Duration.ofHours(22))), now.toString());
        assertTrue(attempts > 24 && attempts < 32, attempts + " attempts");
    }

    @Test
    void givesTheReceiverTheTimeItAsksForButNotForever() {
        Retries retries = new Retries(Duration.ofDays(1));
        RandomGenerator random = new SplittableRandom(2);
        assertEquals(
                START.plusSeconds(600),
                retries.next(1, START, START, Duration.ofMinutes(10), random).orElseThrow());
        assertEquals(
                START.plus(Duration.ofHours(6)),
                retries.next(1, START, START, Duration.ofDays(30), random).orElseThrow());
    }

    @Test
    void comesAtMostAFifthAfterItsPause() {
        RandomGenerator random = new SplittableRandom(3);
        Retries retries = new Retries(Duration.ofDays(2));
        for (int i = 0; i < 1_000; i++) {
            Instant next = retries.next(7 + i, START, START, Duration.ZERO, random).orElseThrow();
            assertTrue(!next.isBefore(START.plusSeconds(3_600)), next.toString());
            assertTrue(!next.isAfter(START.plusSeconds(4_320)), next.toString());
        }
    }
}
