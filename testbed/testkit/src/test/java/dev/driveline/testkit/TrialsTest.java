package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class TrialsTest {
    private static void failsOnLargeNumbers(Draw random, List<Integer> drawn) {
        int number = random.nextInt(1_000);
        drawn.add(number);
        random.note("drew " + number);
        assertTrue(number < 900, () -> "too large: " + number);
    }

    @Test
    void sameSeedDrawsTheSame() {
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();
        new Trials(7, null, 1).run(100, random -> first.add(random.nextLong()));
        new Trials(7, null, 1).run(100, random -> second.add(random.nextLong()));
        assertEquals(first, second);
        assertEquals(100, first.stream().distinct().count());
    }

    @Test
    void longRunsTryMoreSeedsAndTheSameFirst() {
        List<Long> once = new ArrayList<>();
        List<Long> thrice = new ArrayList<>();
        new Trials(7, null, 1).run(100, random -> once.add(random.nextLong()));
        new Trials(7, null, 3).run(100, random -> thrice.add(random.nextLong()));
        assertEquals(300, thrice.stream().distinct().count());
        assertEquals(once, thrice.subList(0, 100));
    }

    @Test
    void failureNamesASeedThatFailsAloneWithItsTrace() {
        List<Integer> drawn = new ArrayList<>();
        AssertionError e =
                assertThrows(
                        AssertionError.class,
                        () ->
                                new Trials(7, null, 1)
                                        .run(1_000, random -> failsOnLargeNumbers(random, drawn)));
        int last = drawn.getLast();
        assertTrue(e.getMessage().contains("trial " + drawn.size() + " of 1000 failed"));
        assertTrue(e.getMessage().contains("too large: " + last));
        assertTrue(e.getMessage().contains("drew " + last));
        Matcher seed = Pattern.compile("-Ddriveline.seed=(-?\\d+)").matcher(e.getMessage());
        assertTrue(seed.find(), e.getMessage());
        List<Integer> again = new ArrayList<>();
        assertThrows(
                AssertionError.class,
                () ->
                        new Trials(1, Long.valueOf(seed.group(1)), 1)
                                .run(1_000, random -> failsOnLargeNumbers(random, again)));
        assertEquals(List.of(last), again);
    }

    @Test
    void longTraceKeepsItsEnd() {
        AssertionError e =
                assertThrows(
                        AssertionError.class,
                        () ->
                                new Trials(7, null, 1)
                                        .run(
                                                1,
                                                random -> {
                                                    for (int i = 0; i < 300; i++) {
                                                        random.note("step " + i);
                                                    }
                                                    throw new IllegalStateException("end");
                                                }));
        assertTrue(e.getMessage().contains("without the first 100"), e.getMessage());
        assertTrue(e.getMessage().endsWith("step 299"), e.getMessage());
    }

    @Test
    void skippedTrialIsASkippedTest() {
        assertThrows(
                TestAbortedException.class,
                () -> Trials.of(1).run(1, random -> Assumptions.abort("no data")));
    }
}
