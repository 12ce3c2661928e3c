package dev.driveline.gateway.presence;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import org.junit.jupiter.api.Test;

class TakeoverGuardTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final Vin OTHER = Vin.of("WDRV0TESTGATE1001");

    private final TakeoverGuard guard = new TakeoverGuard();

    @Test
    void fiveTakeoversAMinuteAreNoClone() {
        for (int i = 0; i < TakeoverGuard.MOST_A_MINUTE; i++) {
            assertFalse(guard.takenOver(VIN, i * 1_000L));
        }
        assertFalse(guard.quarantined(VIN, 5_000));
    }

    @Test
    void theSixthIsAndOnlyForThatVehicle() {
        sixTakeovers(1_000);
        assertTrue(guard.quarantined(VIN, 7_000));
        assertFalse(guard.quarantined(OTHER, 7_000));
    }

    @Test
    void quarantineEndsAMinuteAfterTheLast() {
        sixTakeovers(1_000);
        assertTrue(guard.quarantined(VIN, 6_000 + 59_999));
        assertFalse(guard.quarantined(VIN, 6_000 + 60_000));
        assertFalse(guard.takenOver(VIN, 6_000 + 60_001), "the count begins anew");
    }

    @Test
    void takeoversSpreadOverMoreThanAMinuteAreNone() {
        for (int i = 0; i < 100; i++) {
            assertFalse(guard.takenOver(VIN, i * 12_000L), "takeover " + i);
            assertFalse(guard.quarantined(VIN, i * 12_000L));
        }
    }

    @Test
    void whatItRemembersIsBounded() {
        sixTakeovers(1_000);
        for (int i = 0; i < 10_000; i++) {
            guard.takenOver(Vin.of("WDRV0TESTX%07d".formatted(i)), 6_000);
        }
        assertFalse(guard.quarantined(VIN, 7_000), "the oldest is forgotten first");
        assertFalse(guard.quarantined(Vin.of("WDRV0TESTX0009999"), 7_000));
    }

    private void sixTakeovers(long everyMs) {
        for (int i = 1; i <= TakeoverGuard.MOST_A_MINUTE; i++) {
            assertFalse(guard.takenOver(VIN, i * everyMs));
        }
        assertTrue(guard.takenOver(VIN, (TakeoverGuard.MOST_A_MINUTE + 1) * everyMs));
    }
}
