package dev.driveline.gateway.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.RunId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunRollTest {

    private static final RunId OWN = new RunId(1);
    private static final RunId OTHER = new RunId(2);
    private static final RunId NEWER = new RunId(3);

    private final RunRoll roll = new RunRoll(OWN);

    @Test
    void silenceIsCountedInOurOwnHeartbeatsAsTheLogGivesThemBack() {
        roll.heard(OWN, 1, false);
        roll.heard(OTHER, 2, false);
        for (int beat = 1; beat < RunRoll.SILENT_BEATS; beat++) {
            assertEquals(Set.of(), roll.heard(OWN, 1, false));
        }
        assertFalse(roll.dead(OTHER));
        assertEquals(Set.of(OTHER), roll.heard(OWN, 1, false));
        assertTrue(roll.dead(OTHER));
        assertEquals(Set.of(), roll.heard(OWN, 1, false), "told once");
    }

    @Test
    void whileNobodyIsHeardNobodyDies() {
        roll.heard(OWN, 1, false);
        roll.heard(OTHER, 2, false);
        // Kafka is away: time passes, the log does not go on.
        assertFalse(roll.dead(OTHER));
    }

    @Test
    void oneThatWasOnlySlowLivesAgain() {
        roll.heard(OTHER, 2, false);
        for (int beat = 0; beat <= RunRoll.SILENT_BEATS; beat++) {
            roll.heard(OWN, 1, false);
        }
        assertTrue(roll.dead(OTHER));
        roll.heard(OTHER, 2, false);
        assertFalse(roll.dead(OTHER));
    }

    @Test
    void aNewRunInASlotEndsTheOldOneAtOnceAndForGood() {
        roll.heard(OTHER, 2, false);
        assertEquals(Set.of(OTHER), roll.heard(NEWER, 2, false));
        roll.heard(OTHER, 2, false);
        assertTrue(roll.dead(OTHER), "its slot belongs to another");
        assertFalse(roll.dead(NEWER));
    }

    @Test
    void theLastWordOfARunEndsIt() {
        roll.heard(OTHER, 2, false);
        assertEquals(Set.of(OTHER), roll.heard(OTHER, 2, true));
    }

    @Test
    void aRunThatNobodyHasHeardYetGetsItsTimeToSpeak() {
        roll.heard(OWN, 1, false);
        assertFalse(roll.dead(OTHER));
        for (int beat = 0; beat < RunRoll.SILENT_BEATS; beat++) {
            roll.heard(OWN, 1, false);
        }
        assertTrue(roll.dead(OTHER));
    }

    @Test
    void ourOwnRunNeverDies() {
        roll.heard(OWN, 1, false);
        assertEquals(Set.of(), roll.heard(NEWER, 1, false));
        assertFalse(roll.dead(OWN));
    }
}
