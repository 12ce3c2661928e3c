package dev.driveline.telemetry.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.testkit.Trials;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class SeqIntervalsTest {

    @Test
    void joinsNeighboursAndCountsGaps() {
        SeqIntervals seen =
                SeqIntervals.none().with(1).with(2).with(5).with(4).with(9).with(Long.MAX_VALUE);
        assertEquals("1-2, 4-5, 9-9, 9223372036854775807-9223372036854775807", seen.toString());
        assertEquals("1-5, 9-9", seen(9, 1, 2, 5, 4).with(3).toString());
        assertEquals(1 + 3, seen(9, 1, 2, 5, 4).missing());
        assertEquals(0, SeqIntervals.none().missing());
        assertEquals(4, seen(7, 5, 6).missing());
        assertThrows(IllegalArgumentException.class, () -> SeqIntervals.none().with(0));
    }

    @Test
    void knowsWhatASetKnows() {
        Trials.of(21)
                .run(
                        300,
                        random -> {
                            int range = 1 + random.nextInt(400);
                            TreeSet<Long> naive = new TreeSet<>();
                            SeqIntervals seen = SeqIntervals.none();
                            for (int i = 0; i < 300; i++) {
                                long seq = 1L + random.nextInt(range);
                                assertEquals(naive.contains(seq), seen.contains(seq));
                                naive.add(seq);
                                seen = seen.with(seq);
                            }
                            for (long seq = 1; seq <= range + 1; seq++) {
                                assertEquals(naive.contains(seq), seen.contains(seq));
                            }
                            assertEquals(naive.last(), seen.highest());
                            assertEquals(naive.last() - naive.size(), seen.missing());
                            BootProgress progress =
                                    new BootProgress(5, OptionalLong.of(random.nextLong()), seen);
                            BootProgress back = BootProgress.fromBytes(progress.toBytes());
                            assertEquals(seen.toString(), back.seen().toString());
                            assertEquals(progress.clockOffsetUs(), back.clockOffsetUs());
                            assertEquals(5, back.touchedMs());
                        });
    }

    @Test
    void closesTheSmallestGapWhereThereAreTooManyIntervals() {
        SeqIntervals seen = SeqIntervals.none();
        long seq = 1;
        for (int i = 0; i < SeqIntervals.MAX_INTERVALS; i++) {
            seen = seen.with(seq);
            seq += i == 500 ? 3 : 4;
        }
        assertEquals(SeqIntervals.MAX_INTERVALS, seen.intervals());
        long smallestGap = 1 + 4 * 500 + 1;
        assertFalse(seen.contains(smallestGap));
        SeqIntervals more = seen.with(seq);
        assertEquals(SeqIntervals.MAX_INTERVALS, more.intervals());
        assertTrue(more.contains(smallestGap) && more.contains(smallestGap + 1));
        assertFalse(more.contains(2));
        assertEquals(seq, more.highest());
    }

    @Test
    void refusesBytesThatAreNoProgress() {
        assertThrows(IllegalArgumentException.class, () -> BootProgress.fromBytes(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> BootProgress.fromBytes(new byte[] {9}));
        byte[] descending = {1, 0, 0, 2, 5, 0, 0, 0};
        assertThrows(IllegalArgumentException.class, () -> BootProgress.fromBytes(descending));
    }

    @Test
    void forgetsAfterSixtyDaysAndNoSooner() {
        BootProgress boot = new BootProgress(1_000, OptionalLong.empty(), SeqIntervals.none());
        assertFalse(boot.isOutdated(1_000 + BootProgress.KEPT_MS));
        assertTrue(boot.isOutdated(1_001 + BootProgress.KEPT_MS));
        assertEquals(
                SeqIntervals.none().toString(),
                BootProgress.fromBytes(BootProgress.none().toBytes()).seen().toString());
    }

    private static SeqIntervals seen(long... seqs) {
        SeqIntervals seen = SeqIntervals.none();
        for (long seq : seqs) {
            seen = seen.with(seq);
        }
        return seen;
    }
}
