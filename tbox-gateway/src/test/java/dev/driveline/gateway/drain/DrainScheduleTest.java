package dev.driveline.gateway.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DrainScheduleTest {

    private static final DrainPace TEN_A_SECOND = new DrainPace(10, Duration.ofSeconds(30));

    @Test
    void aSlotHasOneLinkWhateverTheJitter() {
        for (long seed = 0; seed < 100; seed++) {
            DrainSchedule schedule = DrainSchedule.of(50, TEN_A_SECOND, new Random(seed));
            for (int slot = 1; slot <= 50; slot++) {
                int due = schedule.due(slot * 100L);
                assertTrue(due == slot || due == slot + 1, "seed " + seed + " slot " + slot);
            }
            assertEquals(50, schedule.due(5_000));
        }
    }

    @Test
    void gatewaysDoNotKeepStep() {
        DrainSchedule one = DrainSchedule.of(2, TEN_A_SECOND, new Random(1));
        DrainSchedule other = DrainSchedule.of(2, TEN_A_SECOND, new Random(2));
        assertNotEquals(one.lengthMs(), other.lengthMs());
    }

    @Test
    void theRestComesAtTheLimit() {
        DrainPace slow = new DrainPace(10, Duration.ofSeconds(2));
        DrainSchedule schedule = DrainSchedule.of(18_000, slow, new Random(3));
        assertTrue(schedule.due(1_999) <= 21);
        assertEquals(18_000, schedule.due(2_000));
        assertEquals(2_000, schedule.lengthMs());
    }

    @Test
    void manyASecondShareAMillisecond() {
        DrainPace fast = new DrainPace(DrainPace.MOST_PER_S, Duration.ofSeconds(30));
        DrainSchedule schedule = DrainSchedule.of(100_000, fast, new Random(4));
        assertEquals(50_000, schedule.due(500), 200);
        assertEquals(100_000, schedule.due(1_000));
    }

    @Test
    void withoutLinksNothingIsDue() {
        DrainSchedule schedule = DrainSchedule.of(0, TEN_A_SECOND, new Random(5));
        assertEquals(0, schedule.due(Long.MAX_VALUE));
        assertEquals(0, schedule.lengthMs());
    }

    @Test
    void aPaceIsPositiveAndHasAnEnd() {
        assertThrows(IllegalArgumentException.class, () -> new DrainPace(0, Duration.ofSeconds(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new DrainPace(1, DrainPace.LONGEST.plusSeconds(1)));
    }
}
