package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.Headroom.Of;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HeadroomTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Of TENANT = new Of("tenant acme", "doors.lock");

    private final Headroom headroom = new Headroom();

    @Test
    void nothingIsTakenBeforeSomethingWasFound() {
        assertFalse(headroom.take(TENANT, NOW));
    }

    @Test
    void aTwentiethIsTakenInAllAndNoMore() {
        headroom.found(TENANT, 6_000, NOW);
        int taken = 1;
        while (headroom.take(TENANT, NOW)) {
            taken++;
        }
        assertEquals(300, taken);
        assertFalse(headroom.take(new Of("tenant other", "doors.lock"), NOW));
        assertFalse(headroom.take(new Of("tenant acme", "doors.unlock"), NOW));
    }

    @Test
    void afterTenSecondsItIsCountedAgain() {
        headroom.found(TENANT, 6_000, NOW);
        assertTrue(headroom.take(TENANT, NOW.plusMillis(9_999)));
        assertFalse(headroom.take(TENANT, NOW.plusMillis(10_000)));
    }

    @Test
    void aSmallLimitIsAlwaysCounted() {
        headroom.found(TENANT, Headroom.SHARES, NOW);
        assertFalse(headroom.take(TENANT, NOW));
    }
}
