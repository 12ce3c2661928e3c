package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LooksTest {

    private static final Vin VIN = Vin.of("WDRV0TESTAPXC6001");
    private static final Vin OTHER = Vin.of("WDRV0TESTAPXC6002");

    private final TestClock clock = TestClock.at("2026-01-01T00:00:00Z");
    private final Looks looks = new Looks(clock);

    @Test
    void aVehicleStandsInTheQueueOnceUntilItsTurnBegins() {
        assertTrue(looks.intend(VIN));
        assertFalse(looks.intend(VIN));
        assertTrue(looks.intend(OTHER));
        looks.begin(VIN);
        assertTrue(looks.intend(VIN), "what happens during a look needs another");
    }

    @Test
    void onlyALookThatBeganAfterwardsHasSeenACommand() {
        Instant accepted = clock.instant();
        assertFalse(looks.haveSeen(VIN, accepted));
        looks.begin(VIN);
        assertFalse(looks.haveSeen(VIN, accepted), "at the same time is not after it");
        clock.advance(Duration.ofMillis(1));
        looks.begin(VIN);
        assertTrue(looks.haveSeen(VIN, accepted));
        assertFalse(looks.haveSeen(VIN, clock.instant()));
        assertFalse(looks.haveSeen(OTHER, accepted));
    }

    @Test
    void aLookWithinATurnHasSeenWhatTheTurnDid() {
        Instant turn = clock.instant();
        looks.looked(VIN, turn);
        assertTrue(looks.haveSeen(VIN, turn));
        assertFalse(looks.haveSeen(VIN, turn.plusNanos(1_000)));
        looks.looked(VIN, turn.minusSeconds(1));
        assertTrue(looks.haveSeen(VIN, turn), "an older turn takes nothing back");
    }

    @Test
    void whereLooksFailThePauseGrowsUntilOneEndsWell() {
        List<Long> pausesS = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pausesS.add(looks.failed(VIN).toSeconds());
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L), pausesS);
        assertEquals(Duration.ofSeconds(1), looks.failed(OTHER), "each has a pause of its own");
        assertEquals(2, looks.failing());
        looks.done(VIN);
        assertEquals(1, looks.failing());
        assertEquals(Duration.ofSeconds(1), looks.failed(VIN));
        looks.forgetFailures();
        assertEquals(0, looks.failing());
    }

    @Test
    void aLookThatFailedHasSeenNothing() {
        Instant accepted = clock.instant();
        clock.advance(Duration.ofMillis(1));
        looks.begin(VIN);
        var _ = looks.failed(VIN);
        assertFalse(looks.haveSeen(VIN, accepted));
        looks.begin(VIN);
        looks.missed(VIN);
        assertFalse(looks.haveSeen(VIN, accepted));
    }

    @Test
    void soManyFailuresAreRemembered() {
        for (int i = 0; i < 10_001; i++) {
            var _ = looks.failed(Vin.of("WDRV0TEST%08d".formatted(i)));
        }
        assertEquals(10_000, looks.failing());
        assertEquals(1, looks.failed(Vin.of("WDRV0TEST00000000")).toSeconds());
        assertEquals(2, looks.failed(Vin.of("WDRV0TEST00010000")).toSeconds());
    }

    @Test
    void theOldestAreForgotten() {
        looks.begin(VIN);
        clock.advance(Duration.ofSeconds(1));
        Instant before = clock.instant().minusMillis(500);
        for (int i = 0; i < 10_000; i++) {
            looks.begin(Vin.of("WDRV0TEST%08d".formatted(i)));
        }
        assertFalse(looks.haveSeen(VIN, before.minusSeconds(1)));
        assertTrue(looks.haveSeen(Vin.of("WDRV0TEST00009999"), before));
    }
}
