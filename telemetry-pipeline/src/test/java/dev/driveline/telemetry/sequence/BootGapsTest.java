package dev.driveline.telemetry.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.telemetry.sequence.Gap.State;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class BootGapsTest {

    private static List<String> shown(BootGaps gaps) {
        return gaps.gaps().values().stream()
                .map(gap ->
                        "%d-%d %s %d %s"
                                .formatted(
                                        gap.from(),
                                        gap.to(),
                                        gap.state(),
                                        gap.sinceUs(),
                                        gap.changedUs()))
                .toList();
    }

    @Test
    void whatIsMissingIsToldOnceAndClosedAsItComes() {
        BootGaps gaps = new BootGaps(0, List.of());
        gaps.received(1, 10);
        gaps.received(2, 11);
        assertEquals(List.of(), shown(gaps));
        gaps.received(6, 12);
        assertEquals(List.of("3-5 OPEN 12 null"), shown(gaps));
        gaps.received(4, 13);
        assertEquals(
                List.of("3-3 OPEN 12 null", "4-4 FILLED 12 13", "5-5 OPEN 12 null"), shown(gaps));
        gaps.received(4, 14);
        gaps.received(5, 15);
        assertEquals(List.of("3-3 OPEN 12 null", "4-5 FILLED 12 15"), shown(gaps));
        gaps.received(3, 16);
        assertEquals(List.of("3-5 FILLED 12 16"), shown(gaps));
        assertEquals(new GapChange(3, 3, 0), gaps.change());
    }

    @Test
    void whatTheTBoxDiscardedIsLostUnlessItComesAllTheSame() {
        BootGaps gaps = new BootGaps(0, List.of());
        gaps.received(1, 10);
        gaps.received(9, 20);
        gaps.lost(4, 6, 21);
        assertEquals(
                List.of("2-3 OPEN 20 null", "4-6 LOST 20 21", "7-8 OPEN 20 null"), shown(gaps));
        gaps.lost(1, 4, 22);
        gaps.received(5, 23);
        assertEquals(
                List.of(
                        "2-3 LOST 20 22",
                        "4-4 LOST 20 21",
                        "5-5 FILLED 20 23",
                        "6-6 LOST 20 21",
                        "7-8 OPEN 20 null"),
                shown(gaps));
        assertEquals(new GapChange(7, 1, 5), gaps.change());
    }

    @Test
    void theBootBehindTellsHowFarThisOneCame() {
        BootGaps gaps = new BootGaps(7, List.of());
        gaps.told(7, 5);
        assertEquals(List.of(), shown(gaps));
        gaps.told(9, 5);
        gaps.lost(11, 12, 6);
        assertEquals(
                List.of("8-9 OPEN 5 null", "10-10 OPEN 6 null", "11-12 LOST 6 6"), shown(gaps));
        assertEquals(12, gaps.known());
    }

    @Test
    void theGapsAreThoseOfAPlainListWhateverTheOrderAndHoweverOftenRead() {
        Trials.of(3)
                .run(
                        500,
                        random -> {
                            Map<Long, State> model = new TreeMap<>();
                            long known = 0;
                            BootGaps gaps = new BootGaps(0, List.of());
                            for (int step = 0; step < 60; step++) {
                                long a = 1L + random.nextInt(40);
                                switch (random.nextInt(5)) {
                                    case 0 -> {
                                        long b = a + random.nextInt(6);
                                        known = tell(model, known, b);
                                        for (long seq = a; seq <= b; seq++) {
                                            model.computeIfPresent(
                                                    seq,
                                                    (_, state) ->
                                                            state == State.OPEN
                                                                    ? State.LOST
                                                                    : state);
                                        }
                                        gaps.lost(a, b, step);
                                    }
                                    case 1 -> {
                                        known = tell(model, known, a);
                                        gaps.told(a, step);
                                    }
                                    default -> {
                                        known = Math.max(known, tell(model, known, a - 1));
                                        known = Math.max(known, a);
                                        model.computeIfPresent(a, (_, _) -> State.FILLED);
                                        gaps.received(a, step);
                                    }
                                }
                                if (random.oneIn(4)) {
                                    gaps =
                                            new BootGaps(
                                                    gaps.known(),
                                                    new ArrayList<>(gaps.gaps().values()));
                                }
                                assertEquals(known, gaps.known());
                                Map<Long, State> actual = new TreeMap<>();
                                for (Gap gap : gaps.gaps().values()) {
                                    for (long seq = gap.from(); seq <= gap.to(); seq++) {
                                        assertEquals(
                                                null,
                                                actual.put(seq, gap.state()),
                                                "twice: " + seq);
                                    }
                                }
                                assertEquals(model, actual);
                            }
                        });
    }

    private static long tell(Map<Long, State> model, long known, long upTo) {
        for (long seq = known + 1; seq <= upTo; seq++) {
            model.put(seq, State.OPEN);
        }
        return Math.max(known, upTo);
    }

    @Test
    void thereAreNeverMoreThanTheLimit() {
        BootGaps gaps = new BootGaps(0, List.of());
        for (long seq = 2; seq < 10_000; seq += 3) {
            gaps.received(seq, seq);
        }
        assertEquals(BootGaps.MAX_GAPS, gaps.gaps().size());
        gaps.received(1L << 40, 1);
        assertEquals(BootGaps.MAX_GAPS, gaps.gaps().size());
        assertTrue(gaps.gaps().values().stream().anyMatch(gap -> gap.to() == (1L << 40) - 1));
    }
}
