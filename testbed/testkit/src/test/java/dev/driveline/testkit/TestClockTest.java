package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TestClockTest {
    @Test
    void standsStillUntilItIsMovedAndItsViewsMoveWithIt() {
        TestClock clock = TestClock.at("2026-01-01T00:00:00Z");
        Clock view = clock.withZone(ZoneId.of("Europe/Berlin"));
        assertEquals(Instant.parse("2026-01-01T00:00:00Z"), clock.instant());
        assertEquals(Instant.parse("2026-01-01T00:01:00Z"), clock.advance(Duration.ofMinutes(1)));
        assertEquals(clock.instant(), view.instant());
        clock.set(Instant.EPOCH);
        assertEquals(0, view.millis());
        assertEquals(ZoneId.of("Europe/Berlin"), view.getZone());
    }
}
