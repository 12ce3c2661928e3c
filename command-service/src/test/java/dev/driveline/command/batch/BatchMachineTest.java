package dev.driveline.command.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchMachineTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Plan PLAN =
            new Plan(
                    100,
                    10,
                    new StopRule(3, 0.5, 4, false),
                    NOW.minusSeconds(1),
                    NOW.plusSeconds(60));

    private final Batch running =
            told(told(Batch.FRESH, new BatchInput.Added(50)), new BatchInput.Started(false));

    @Test
    void itStopsAtTheThresholdAndNotBefore() {
        Batch out = told(running, new BatchInput.Took(10));
        Batch two = told(out, looked(Map.of(Outcome.FAILED, 2L)));
        assertEquals(BatchState.RUNNING, two.state());
        Batch three = told(two, looked(Map.of(Outcome.REJECTED, 1L)));
        assertEquals(BatchState.HALTED, three.state());
        assertEquals("3 failures, stop.failures is 3", three.why());
        assertEquals(List.of(), step(three, looked(Map.of())).orders());
        Batch again = told(three, new BatchInput.Resumed());
        assertEquals(BatchState.RUNNING, told(again, looked(Map.of(Outcome.FAILED, 1L))).state());
        // Of four since then, half.
        assertEquals(
                BatchState.HALTED,
                told(again, looked(Map.of(Outcome.FAILED, 2L, Outcome.SUCCEEDED, 2L))).state());
        // Who was not reached says nothing.
        assertEquals(
                BatchState.RUNNING,
                told(again, looked(Map.of(Outcome.FAILED, 2L, Outcome.EXPIRED, 2L))).state());
    }

    @Test
    void unknownOutcomesAreFailuresWhereThatIsAsked() {
        StopRule strict = new StopRule(2, null, null, true);
        Counts counts = new Counts(0, 0, Map.of(Outcome.OUTCOME_UNKNOWN, 2L));
        assertTrue(strict.broken(counts, Map.of()).isPresent());
        assertTrue(new StopRule(2, null, null, false).broken(counts, Map.of()).isEmpty());
        assertTrue(strict.broken(counts, Map.of(Outcome.OUTCOME_UNKNOWN, 1L)).isEmpty());
    }

    @Test
    void nothingGoesOutBeforeItsTimeNorAfterIt() {
        Plan later = new Plan(100, 10, StopRule.USUAL, NOW.plusSeconds(5), NOW.plusSeconds(60));
        BatchInput look = looked(Map.of());
        assertEquals(List.of(), BatchMachine.step(later, running, look, NOW).orders());
        assertEquals(NOW.plusSeconds(5), BatchMachine.due(later, running, NOW, NOW).orElseThrow());
        assertEquals(
                List.of(new BatchOrder.Take(10)),
                BatchMachine.step(later, running, look, NOW.plusSeconds(5)).orders());
        BatchMachine.Step over = BatchMachine.step(later, running, look, NOW.plusSeconds(60));
        assertEquals(BatchEnd.DEADLINE, over.batch().end());
        assertEquals(List.of(new BatchOrder.CancelWaiting()), over.orders());
    }

    @Test
    void whoLetsItRunWithoutASecondPersonDoesNot() {
        Batch open = told(Batch.FRESH, new BatchInput.Added(5));
        assertEquals(Batch.FRESH, told(Batch.FRESH, new BatchInput.Started(false)));
        Batch waiting = told(open, new BatchInput.Started(true));
        assertEquals(BatchState.AWAITING_APPROVAL, waiting.state());
        assertEquals(waiting, told(waiting, new BatchInput.Resumed()));
        assertEquals(waiting, told(waiting, new BatchInput.Started(false)));
        assertEquals(BatchState.RUNNING, told(waiting, new BatchInput.Approved()).state());
        assertEquals(BatchEnd.DECLINED, told(waiting, new BatchInput.Declined()).end());
        assertEquals(open, told(open, new BatchInput.Approved()));
    }

    @Test
    void whatIsOutOfRangeIsNamed() {
        for (Runnable wrong :
                List.<Runnable>of(
                        () -> new StopRule(0, null, null, null),
                        () -> new StopRule(null, 1.5, null, null),
                        () -> new StopRule(null, Double.NaN, null, null),
                        () -> new Plan(0, 1, StopRule.USUAL, NOW, NOW.plusSeconds(1)),
                        () -> new Plan(1, 10_001, StopRule.USUAL, NOW, NOW.plusSeconds(1)),
                        () -> new Plan(1, 1, StopRule.USUAL, NOW, NOW),
                        () -> new Selection(List.of(), null, List.of(":x")),
                        () -> new Selection(List.of(), null, List.of("a:1", "a:2")))) {
            assertThrows(InvalidValueException.class, wrong::run);
        }
        Selection selection = new Selection(List.of(), null, List.of("beta", "region:north"));
        assertEquals(Map.of("region", "north"), selection.values());
        assertEquals(java.util.Set.of("beta"), selection.keys());
    }

    @Test
    void aListIsReadLineByLine() throws IOException {
        assertEquals(
                List.of("2 WDRV0TESTCMND0001", "3 WDRV0TESTCMND0002", "5 X", "6 WDRV0TESTCMND0003"),
                lines(
                        "vin,note\r\nwdrv0testcmnd0001,a\r\n\"WDRV0TESTCMND0002\"\n\nx\n"
                                + "WDRV0TESTCMND0003"));
        assertEquals(
                List.of("1 WDRV0TESTCMND0001", "2 WDRV0TESTCMND0002", "3 {\"VIN\":"),
                lines(
                        "{\"note\":\"vin\",\"vin\":\"WDRV0TESTCMND0001\"}\n"
                                + "\"WDRV0TESTCMND0002\"\n{\"vin\":"));
        assertThrows(InvalidValueException.class, () -> lines("x".repeat(2_000)));
    }

    private static List<String> lines(String text) throws IOException {
        VinLines lines =
                new VinLines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        List<String> found = new ArrayList<>();
        for (VinLines.Line line = lines.next(); line != null; line = lines.next()) {
            found.add(line.number() + " " + line.vin());
        }
        return found;
    }

    private static BatchInput looked(Map<Outcome, Long> ended) {
        return new BatchInput.Looked(ended, Map.of(), 0, 1_000);
    }

    private static Batch told(Batch batch, BatchInput input) {
        return step(batch, input).batch();
    }

    private static BatchMachine.Step step(Batch batch, BatchInput input) {
        return BatchMachine.step(PLAN, batch, input, NOW);
    }
}
