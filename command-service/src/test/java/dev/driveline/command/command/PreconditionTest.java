package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.command.Precondition.Parsed;
import dev.driveline.command.command.Precondition.Value;
import dev.driveline.command.command.Precondition.Verdict;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreconditionTest {

    private static final String PARKED = "value('Vehicle.Speed') == 0.0 && label('GEAR') == 'P'";

    @Test
    void itJudgesByTheLatestValues() {
        Precondition parked = parse(PARKED);
        assertEquals(Set.of("Vehicle.Speed", "GEAR"), parked.signals());
        Value park = new Value(1, "P");
        assertEquals(
                Verdict.TRUE,
                parked.judge(Map.of("Vehicle.Speed", new Value(0, null), "GEAR", park)));
        assertEquals(
                Verdict.FALSE,
                parked.judge(Map.of("Vehicle.Speed", new Value(3.5, null), "GEAR", park)));
    }

    @Test
    void whatIsNotKnownIsUnknownUnlessTheRestDecides() {
        Precondition parked = parse(PARKED);
        assertEquals(Verdict.UNKNOWN, parked.judge(Map.of()));
        assertEquals(Verdict.UNKNOWN, parked.judge(Map.of("Vehicle.Speed", new Value(0, null))));
        assertEquals(Verdict.FALSE, parked.judge(Map.of("Vehicle.Speed", new Value(9, null))));
        assertEquals(
                Verdict.UNKNOWN,
                parked.judge(
                        Map.of("Vehicle.Speed", new Value(0, null), "GEAR", new Value(1, null))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "value('SPEED') = 0.0 | line 1, column 16",
                "value('SPEED') + 1.0 | bool",
                "1 == 1 | reads 0 signals",
                "value('A' + 'B') > 0.0 | not computed",
                "[1, 2].exists(x, x > 0) && value('A') > 0.0 | line 1"
            })
    void whatIsWrongIsSaid(String text, String named) {
        Parsed.Bad bad = assertInstanceOf(Parsed.Bad.class, Precondition.parse(text));
        assertTrue(bad.why().contains(named), bad.why());
    }

    private static Precondition parse(String text) {
        return assertInstanceOf(Parsed.Good.class, Precondition.parse(text)).precondition();
    }
}
