package dev.driveline.registry.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class QuotasTest {

    private static final long MINUTE_NS = Duration.ofMinutes(1).toNanos();

    @Test
    void soManyAtOnceAndThenOneByOne() {
        Quotas quotas = new Quotas(3, Duration.ofMinutes(3));
        long nowNs = Long.MAX_VALUE / 2;
        for (int i = 0; i < 3; i++) {
            assertEquals(Duration.ZERO, quotas.take("a", nowNs));
        }
        assertEquals(Duration.ofMinutes(1), quotas.take("a", nowNs));
        assertEquals(Duration.ofSeconds(30), quotas.take("a", nowNs + MINUTE_NS / 2));
        assertEquals(Duration.ZERO, quotas.take("a", nowNs + MINUTE_NS));
        assertEquals(Duration.ofMinutes(1), quotas.take("a", nowNs + MINUTE_NS));
        assertEquals(Duration.ZERO, quotas.take("b", nowNs + MINUTE_NS));
    }

    @Test
    void forgetsWhoAskedLongestAgo() {
        Quotas quotas = new Quotas(1, Duration.ofHours(1));
        for (int i = 0; i < Quotas.MAX_KEYS; i++) {
            assertEquals(Duration.ZERO, quotas.take("key" + i, 0));
        }
        assertEquals(Duration.ofHours(1), quotas.take("key0", 0));
        assertEquals(Duration.ZERO, quotas.take("one more", 0));
        assertEquals(Duration.ofHours(1), quotas.take("key0", 0));
        assertEquals(Duration.ZERO, quotas.take("key1", 0));
    }
}
