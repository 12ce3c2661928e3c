package dev.driveline.telemetry.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.alert.ClearReason;
import dev.driveline.telemetry.event.CodeReport;
import dev.driveline.telemetry.event.TroubleCode;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CodeRunTest {

    private static final long S = 1_000_000;

    private final List<RuleRun.Told> told = new ArrayList<>();
    private CodeRun run = CodeRun.of(TestRules.compiled(TestRules.dtc("P*", null)));
    private int events;

    private static Map<String, Object> code(String ecu, String code, String status) {
        return Map.of("ecu", ecu, "code", code, "status", status);
    }

    private void report(long tUs, Map<String, Object> data) {
        events++;
        report("event-" + events, tUs, data);
    }

    private void report(String id, long tUs, Map<String, Object> data) {
        run.take(id, CodeReport.of(data), tUs, told::add);
        if (!run.isBlank()) {
            run = CodeRun.fromBytes(TestRules.compiled(TestRules.dtc("P*", null)), run.toBytes());
        }
    }

    private void codes(long seconds, Object... codes) {
        report(seconds * S, Map.of("codes", List.of(codes)));
    }

    private List<AlertEffect> effects() {
        return told.stream().map(RuleRun.Told::effect).toList();
    }

    @Test
    void anAlertLastsFromTheFirstCodeToTheLast() {
        codes(1, code("ECM", "U0100", "ACTIVE"), code("ECM", "P0420", "STORED"));
        assertEquals(List.of(), told);
        codes(2, code("ECM", "P0301", "ACTIVE"));
        codes(3, code("ECM", "P0301", "ACTIVE"));
        codes(4, code("TCM", "P0700", "ACTIVE"), code("ECM", "P0420", "PENDING"));
        codes(5, code("ECM", "P0301", "STORED"));
        codes(6, code("TCM", "P0700", "CLEARED"));
        codes(7, code("ECM", "P0301", "ACTIVE"));
        assertEquals(
                List.of(
                        new AlertEffect.Raise(2 * S),
                        new AlertEffect.Update(2 * S, 4 * S),
                        new AlertEffect.Update(2 * S, 5 * S),
                        new AlertEffect.Clear(2 * S, 6 * S, ClearReason.CONDITION),
                        new AlertEffect.Raise(7 * S)),
                effects());
        assertEquals(Map.of("ECM/P0301", 1.0, "TCM/P0700", 1.0), told.get(1).values());
        assertEquals(Map.of("TCM/P0700", 1.0), told.get(2).values());
    }

    @Test
    void aFullReportEndsWhatItDoesNotName() {
        codes(1, code("ECM", "P0301", "ACTIVE"), code("TCM", "P0700", "ACTIVE"));
        report(2 * S, Map.of("full", true, "ecus", List.of("ECM"), "codes", List.of()));
        report(3 * S, Map.of("full", true, "codes", List.of(code("TCM", "U0100", "ACTIVE"))));
        assertEquals(
                List.of(
                        new AlertEffect.Raise(S),
                        new AlertEffect.Update(S, 2 * S),
                        new AlertEffect.Clear(S, 3 * S, ClearReason.CONDITION)),
                effects());
    }

    @Test
    void whatComesAgainOrFromBeforeChangesNothingAndNoTwoAlertsAreRaisedAtTheSameTime() {
        codes(10, code("", "P0301", "ACTIVE"));
        assertEquals(Map.of("P0301", 1.0), told.getFirst().values());
        codes(9, code("", "P0301", "CLEARED"));
        assertEquals(1, told.size());
        codes(10, code("", "P0301", "CLEARED"));
        report("event-1", 20 * S, Map.of("codes", List.of(code("", "P0301", "ACTIVE"))));
        assertEquals(2, told.size());
        codes(10, code("", "P0301", "ACTIVE"));
        codes(5, code("TCM", "P0700", "ACTIVE"));
        assertEquals(
                List.of(
                        new AlertEffect.Raise(10 * S),
                        new AlertEffect.Clear(10 * S, 10 * S + 1, ClearReason.CONDITION),
                        new AlertEffect.Raise(10 * S + 2),
                        new AlertEffect.Update(10 * S + 2, 10 * S + 3)),
                effects());
    }

    @Test
    void moreCodesThanAreRememberedStillEnd() {
        for (int i = 0; i < CodeRun.MAX_CODES + 50; i++) {
            codes(i + 1, code("ECM", "P%04d".formatted(i), "ACTIVE"));
        }
        assertEquals(CodeRun.MAX_TOLD, told.getLast().values().size());
        report(9_999 * S, Map.of("full", true, "ecus", List.of("ECM"), "codes", List.of()));
        assertEquals(
                new AlertEffect.Clear(S, 9_999 * S, ClearReason.CONDITION), effects().getLast());
    }

    @Test
    void whatCannotBeStoredIsReplacedInEveryPlace() {
        codes(1, code("E\0", "P\ud800", "ACTIVE"));
        assertEquals(Map.of("E\ufffd/P?", 1.0), told.getFirst().values());
        codes(2, code("E\0", "P\ud800", "ACTIVE"));
        assertEquals(1, told.size());
        report(3 * S, Map.of("full", true, "ecus", List.of("E\0"), "codes", List.of()));
        assertEquals(new AlertEffect.Clear(S, 3 * S, ClearReason.CONDITION), effects().getLast());
    }

    @Test
    void thereIsAnAlertWheneverACodeIsActive() {
        Trials.of(12)
                .run(
                        300,
                        random -> {
                            run = CodeRun.of(TestRules.compiled(TestRules.dtc("P*", null)));
                            told.clear();
                            Set<Integer> active = new HashSet<>();
                            long raisedUs = 0;
                            Set<Long> raised = new HashSet<>();
                            for (int i = 1; i <= 40; i++) {
                                int number = random.nextInt(4);
                                boolean begins = random.nextBoolean();
                                Set<Integer> before = Set.copyOf(active);
                                if (begins) {
                                    active.add(number);
                                } else {
                                    active.remove(number);
                                }
                                told.clear();
                                codes(
                                        i / 3,
                                        code("ECM", "P" + number, begins ? "ACTIVE" : "STORED"));
                                assertEquals(active.equals(before) ? 0 : 1, told.size());
                                for (RuleRun.Told one : told) {
                                    switch (one.effect()) {
                                        case AlertEffect.Raise raise -> {
                                            assertTrue(before.isEmpty());
                                            assertTrue(raised.add(raise.raisedUs()));
                                            raisedUs = raise.raisedUs();
                                        }
                                        case AlertEffect.Update update -> {
                                            assertEquals(raisedUs, update.raisedUs());
                                            assertFalse(before.isEmpty() || active.isEmpty());
                                        }
                                        case AlertEffect.Clear clear -> {
                                            assertEquals(raisedUs, clear.raisedUs());
                                            assertTrue(active.isEmpty());
                                        }
                                    }
                                    assertEquals(active.size(), one.values().size());
                                }
                            }
                        });
    }

    @Test
    void aPatternStandsForWhatItSays() {
        assertTrue(matches("P0301", null, "", "P0301"));
        assertFalse(matches("P0301", null, "", "P03011"));
        assertFalse(matches("P0301", null, "", "p0301"));
        assertTrue(matches("P0*", "ECM", "ECM", "P0301"));
        assertTrue(matches("P0*", "ECM", "ECM", "P0"));
        assertFalse(matches("P0*", "ECM", "TCM", "P0301"));
        assertTrue(matches("spn:100/fmi:*", null, "ECU 0", "spn:100/fmi:3"));
        assertFalse(matches("spn:100/fmi:*", null, "ECU 0", "spn:1000/fmi:3"));
        assertTrue(matches("*aab*a", null, "", "aaaabxaba"));
        assertFalse(matches("*aab*a", null, "", "aaaabxab"));
        assertTrue(matches("*", null, "X", "anything"));
        assertFalse(matches("P.*", null, "", "P0301"));
        assertFalse(matches("*a".repeat(31) + "b", null, "", "a".repeat(64)));
    }

    private static boolean matches(String pattern, String ecu, String ofEcu, String code) {
        return new CodePattern(pattern, ecu).matches(new TroubleCode.Key(ofEcu, "", code));
    }

    @Test
    void itGoesOnUnderTheSameVersionOnly() {
        codes(1, code("ECM", "P0301", "ACTIVE"));
        byte[] bytes = run.toBytes();
        CompiledRule next = CompiledRule.of(TestRules.fact(2, TestRules.dtc("P*", null), Map.of()));
        assertThrows(IllegalArgumentException.class, () -> CodeRun.fromBytes(next, bytes));
        assertEquals(
                new AlertEffect.Clear(S, S, ClearReason.RULE_DELETED),
                RuleRun.head(bytes).withdrawn(ClearReason.RULE_DELETED));
    }
}
