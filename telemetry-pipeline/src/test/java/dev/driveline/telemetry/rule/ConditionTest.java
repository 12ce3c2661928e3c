package dev.driveline.telemetry.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConditionTest {

    private static final long S = 1_000_000;
    private static final List<String> NAMES = List.of("A", "B");

    /** A is 10, 20, 30 at 1, 2, 3 s, now is 4 s; B has no value. */
    private static Judge.Verdict judged(String text) {
        Condition condition = Condition.parse("when", text);
        Readings readings =
                new Readings(
                        NAMES,
                        condition.looks().stream()
                                .map(look ->
                                        new Window.Over(
                                                NAMES.indexOf(look.signal()), look.lengthUs()))
                                .toList());
        readings.put(0, S, 10, "ten");
        readings.put(0, 2 * S, 20, null);
        readings.put(0, 3 * S, 30, "thirty");
        readings.at(4 * S);
        return condition.judge(readings);
    }

    private static void is(Truth expected, String text) {
        assertEquals(expected, judged(text).truth(), text);
    }

    @Test
    void aConditionSeesValuesAndTheirPast() {
        is(Truth.TRUE, "value('A') == 30.0");
        is(Truth.TRUE, "value('A') > 29");
        is(Truth.FALSE, "value('A') < previous('A')");
        is(Truth.TRUE, "previous('A') == 20.0");
        is(Truth.TRUE, "age('A') == 1.0");
        is(Truth.TRUE, "label('A') in ['thirty', 'forty']");
        is(Truth.TRUE, "min('A', duration('10s')) == 10.0 && max('A', duration('10s')) == 30.0");
        is(Truth.TRUE, "avg('A', duration('10s')) == 20.0");
        is(Truth.TRUE, "rate('A', duration('10s')) == 10.0");
        is(Truth.TRUE, "min('A', duration('1500ms')) == 30.0");
    }

    @Test
    void withoutAValueItIsUnknownUnlessTheRestDecides() {
        is(Truth.UNKNOWN, "value('B') > 1.0");
        is(Truth.UNKNOWN, "!(value('B') > 1.0)");
        is(Truth.UNKNOWN, "value('A') > 1.0 && value('B') > 1.0");
        is(Truth.FALSE, "value('B') > 1.0 && value('A') < 1.0");
        is(Truth.TRUE, "value('B') > 1.0 || value('A') > 1.0");
        is(Truth.UNKNOWN, "label('B') == 'x' || previous('B') > 0.0");
        is(Truth.UNKNOWN, "avg('B', duration('10s')) > 0.0");
        is(Truth.UNKNOWN, "rate('A', duration('1200ms')) > 0.0");
        assertEquals("signal 'B' has no value", judged("value('B') > 1.0").why());
    }

    @Test
    void itSaysWhatItReads() {
        Condition condition =
                Condition.parse(
                        "when", "max('A', duration('2m')) > 1.0 || value('can0.B.C') > 2.0");
        assertEquals(Set.of("A", "can0.B.C"), condition.signals());
        assertEquals(Set.of(new Condition.Look("A", 120 * S)), condition.looks());
    }

    private static void refused(String text, String... parts) {
        InvalidValueException refused =
                assertThrows(
                        InvalidValueException.class, () -> Condition.parse("when", text), text);
        assertEquals(ErrorCode.RULE_INVALID, refused.code());
        for (String part : parts) {
            assertTrue(refused.getMessage().contains(part), refused.getMessage());
        }
    }

    @Test
    void whatIsWrongIsNamedWithItsPlace() {
        refused("value('A') >", "line 1, column 13");
        refused("value('A') > 1.0 &&\n speed > 2.0", "line 2, column 2", "speed");
        refused("value('A')", "expected type 'bool'");
        refused("value('A') * 2 > 1.0", "line 1, column 12", "_*_");
        refused("value('A' + 'B') > 1.0", "line 1, column 6", "in quotes");
        refused("max('A', duration('2h')) > 1.0", "100 ms to 1 h");
        refused("max('A', duration('1' + 's')) > 1.0", "not computed");
        refused("1.0 > 2.0", "it reads no signal");
        refused("[1].exists(x, x > 0) && value('A') > 1.0", "line 1");
        refused("value('A') > 1.0" + " || true".repeat(300), "2000 characters");
        refused("(".repeat(200) + "value('A') > 1.0" + ")".repeat(200), "line");
    }

    @Test
    void moreSignalsAndWindowsThanTheLimitsAreRefused() {
        StringBuilder many = new StringBuilder("true");
        for (int i = 0; i <= Condition.MAX_SIGNALS; i++) {
            many.append(" && value('S").append(i).append("') > 0.0");
        }
        refused(many.toString(), "21 signals");
        StringBuilder windows = new StringBuilder("true");
        for (int i = 1; i <= Condition.MAX_WINDOWS + 1; i++) {
            windows.append(" && max('A', duration('").append(i).append("s')) > 0.0");
        }
        refused(windows.toString(), "11 windows");
    }
}
