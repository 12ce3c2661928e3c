package dev.driveline.store.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class VersionsTest {

    @Test
    void risesByOneWithinAnEpoch() {
        assertEquals(1, Versions.next(0, 0));
        assertEquals(8, Versions.next(7, 0));
        assertEquals((3L << 40) + 6, Versions.next((3L << 40) + 5, 3));
    }

    @Test
    void aRaisedEpochIsAboveAllEarlierOnes() {
        long lost = Versions.next(1_000_000, 0);
        assertTrue(Versions.next(3, 1) > lost);
    }

    @Test
    void aForgottenEpochDoesNotFallBack() {
        assertEquals((2L << 40) + 2, Versions.next((2L << 40) + 1, 0));
    }

    @Test
    void theHighestEpochIsExactInJson() {
        long version = Versions.next(0, Versions.MAX_EPOCH) + 1_000_000_000L;
        assertEquals(version, (long) (double) version);
        assertThrows(
                IllegalArgumentException.class, () -> Versions.next(0, Versions.MAX_EPOCH + 1));
        assertThrows(IllegalArgumentException.class, () -> Versions.next(0, -1));
    }
}
