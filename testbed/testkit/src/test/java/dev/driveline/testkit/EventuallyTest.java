package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventuallyTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void returnsAsSoonAsTheConditionHolds() {
        AtomicInteger looks = new AtomicInteger();
        Eventually.within(LONG).that("three looks", () -> looks.incrementAndGet() == 3);
        assertEquals(3, looks.get());
    }

    @Test
    void returnsTheValueAndForgivesFailuresOnTheWay() {
        AtomicInteger looks = new AtomicInteger();
        int seen =
                Eventually.within(LONG)
                        .value(
                                "five",
                                () -> {
                                    if (looks.incrementAndGet() < 3) {
                                        throw new IllegalStateException("not up");
                                    }
                                    return looks.get();
                                },
                                value -> value == 5);
        assertEquals(5, seen);
    }

    @Test
    void namesWhatItWaitedForAndWhatItSaw() {
        AssertionError e =
                assertThrows(
                        AssertionError.class,
                        () ->
                                Eventually.within(Duration.ofMillis(5))
                                        .value("the answer", () -> 41, value -> value == 42));
        assertEquals("not within 5 ms: the answer; last seen: 41", e.getMessage());
    }

    @Test
    void lastFailureIsTheCause() {
        AssertionError e =
                assertThrows(
                        AssertionError.class,
                        () ->
                                Eventually.within(Duration.ofMillis(5))
                                        .passes("equal", () -> assertEquals(1, 2)));
        assertTrue(e.getMessage().startsWith("not within 5 ms: equal; last failure: "));
        assertTrue(e.getCause() instanceof AssertionError);
    }

    @Test
    void interruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThrows(
                AssertionError.class, () -> Eventually.within(LONG).that("never", () -> false));
        assertTrue(Thread.interrupted());
    }
}
