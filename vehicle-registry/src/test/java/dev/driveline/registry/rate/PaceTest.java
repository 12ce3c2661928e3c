package dev.driveline.registry.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PaceTest {

    @Test
    void passesABurstThenTheRate() {
        Pace pace = new Pace(2, 5, 0);
        assertEquals(5, taken(pace, 0, 10));
        assertFalse(pace.take(TimeUnit.MILLISECONDS.toNanos(400)));
        assertTrue(pace.take(TimeUnit.MILLISECONDS.toNanos(600)));
        assertEquals(5, taken(pace, TimeUnit.HOURS.toNanos(1), 10));
    }

    @Test
    void aClockThatGoesBackGivesNothing() {
        Pace pace = new Pace(1, 1, 1_000);
        assertTrue(pace.take(1_000));
        assertFalse(pace.take(0));
        assertFalse(pace.take(1_000));
    }

    private static int taken(Pace pace, long nowNs, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += pace.take(nowNs) ? 1 : 0;
        }
        return taken;
    }
}
