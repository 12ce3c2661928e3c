package dev.driveline.gateway.tls;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RationTest {

    @Test
    void soManyAKeyWithinTheTime() {
        Ration<String> ration = new Ration<>(2, Duration.ofMinutes(1), 10);
        assertTrue(ration.take("a", 0));
        assertTrue(ration.take("a", 59_000));
        assertFalse(ration.take("a", 59_999));
        assertTrue(ration.take("b", 59_999));
        assertTrue(ration.take("a", 60_000));
    }

    @Test
    void onlyTheLastKeysAreRemembered() {
        Ration<Integer> ration = new Ration<>(1, Duration.ofMinutes(1), 3);
        for (int key = 0; key < 100; key++) {
            assertTrue(ration.take(key, 0));
        }
        assertTrue(ration.take(0, 1));
        assertFalse(ration.take(99, 1));
    }
}
