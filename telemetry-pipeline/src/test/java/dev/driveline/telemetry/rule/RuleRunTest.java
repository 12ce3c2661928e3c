package dev.driveline.telemetry.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.telemetry.rule.RuleDefinition.Circle;
import dev.driveline.telemetry.rule.RuleDefinition.Fence;
import dev.driveline.telemetry.rule.RuleDefinition.Missing;
import dev.driveline.telemetry.rule.RuleDefinition.Place;
import dev.driveline.telemetry.rule.RuleDefinition.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RuleRunTest {

    private static final long S = 1_000_000;

    private final List<RuleRun.Told> told = new ArrayList<>();

    private void at(RuleRun run, String signal, long seconds, double value) {
        run.take(
                run.rule().placeOf("bus." + signal + "." + signal),
                seconds * S,
                value,
                null,
                told::add);
    }

    private List<AlertEffect> effects() {
        return told.stream().map(RuleRun.Told::effect).toList();
    }

    private static RuleRun run(RuleDefinition definition) {
        return RuleRun.of(TestRules.compiled(definition));
    }

    @Test
    void itIsRaisedAfterItsHoldTimeAndClearedWhenItIsOver() {
        RuleRun run = run(TestRules.when("value('A') > 60.0", 10_000));
        at(run, "A", 1, 70);
        at(run, "A", 5, 50);
        at(run, "A", 6, 70);
        at(run, "A", 15, 71);
        run.end(told::add);
        assertEquals(List.of(), effects());
        at(run, "A", 16, 72);
        at(run, "A", 20, 60);
        run.end(told::add);
        assertEquals(
                List.of(
                        new AlertEffect.Raise(16 * S),
                        new AlertEffect.Clear(16 * S, 20 * S, ClearReason.CONDITION)),
                effects());
        assertEquals(72.0, told.getFirst().values().get("bus.A.A"));
    }

    @Test
    void itsEndHasAConditionAHoldTimeAndACoolDownOfItsOwn() {
        RuleRun run =
                run(TestRules.of("value('A') > 60.0", "value('A') < 50.0", 0, 3_000, 10_000, 0));
        double[] values = {70, 55, 45, 44, 55, 45, 45, 45, 45, 70, 70};
        for (int i = 0; i < values.length; i++) {
            at(run, "A", i + 1, values[i]);
        }
        at(run, "A", 19, 70);
        at(run, "A", 20, 70);
        run.end(told::add);
        assertEquals(
                List.of(
                        new AlertEffect.Raise(S),
                        new AlertEffect.Clear(S, 9 * S, ClearReason.CONDITION),
                        new AlertEffect.Raise(19 * S)),
                effects());
    }

    @Test
    void anAlertThatGoesOnIsToldEveryMinute() {
        RuleRun run = run(TestRules.when("value('A') > 60.0", 0));
        for (int second = 1; second <= 130; second++) {
            at(run, "A", second, 70 + second);
        }
        run.end(told::add);
        assertEquals(
                List.of(
                        new AlertEffect.Raise(S),
                        new AlertEffect.Update(S, 61 * S),
                        new AlertEffect.Update(S, 121 * S)),
                effects());
    }

    @Test
    void aValueThatIsNotAvailableChangesNothing() {
        RuleRun run = run(TestRules.when("value('A') > 60.0", 0));
        at(run, "A", 1, 70);
        at(run, "A", 2, Double.NaN);
        run.end(told::add);
        assertEquals(List.of(new AlertEffect.Raise(S)), effects());
        assertEquals(1, run.unknown());
        assertEquals("signal 'A' has no value", run.whyUnknown());
    }

    @Test
    void silenceClearsLikewiseByTheClockAndByTheNextSample() {
        RuleDefinition definition = TestRules.of("value('A') > 60.0", null, 0, 0, 0, 30_000);
        RuleRun byClock = run(definition);
        at(byClock, "A", 1, 70);
        byClock.endBatch(S, 5_000, told::add);
        byClock.tick(35_000, told::add);
        assertEquals(1, told.size());
        byClock.tick(35_001, told::add);
        byClock.tick(99_000, told::add);
        List<AlertEffect> expected =
                List.of(
                        new AlertEffect.Raise(S),
                        new AlertEffect.Clear(S, 31 * S, ClearReason.SILENCE));
        assertEquals(expected, effects());
        told.clear();
        RuleRun bySample = run(definition);
        at(bySample, "A", 1, 70);
        at(bySample, "A", 100, 10);
        bySample.end(told::add);
        assertEquals(expected, effects());
    }

    @Test
    void signalsOfOneFrameAreJudgedTogether() {
        RuleFact fact =
                TestRules.fact(
                        1,
                        TestRules.when("value('A') > 1.0 && value('B') < 5.0", 0),
                        Map.of("A", "bus.M.A", "B", "bus.M.B"));
        RuleRun run = RuleRun.of(CompiledRule.of(fact));
        double[][] frames = {{0, 0}, {2, 9}, {0, 0}};
        for (int i = 0; i < frames.length; i++) {
            run.take(run.rule().placeOf("bus.M.A"), i * S + 1, frames[i][0], null, told::add);
            run.take(run.rule().placeOf("bus.M.B"), i * S + 1, frames[i][1], null, told::add);
        }
        run.end(told::add);
        assertEquals(List.of(), effects());
    }

    @Test
    void aSignalThatIsMissingIsToldWhileTheVehicleSpeaks() {
        RuleRun run = run(TestRules.of(new Missing("A", 5_000), null));
        at(run, "A", 1, 3);
        run.endBatch(2 * S, 1, told::add);
        run.endBatch(6 * S, 2, told::add);
        assertEquals(List.of(), effects());
        run.endBatch(7 * S, 3, told::add);
        run.endBatch(8 * S, 4, told::add);
        at(run, "A", 9, 3);
        run.endBatch(9 * S, 5, told::add);
        assertEquals(
                List.of(
                        new AlertEffect.Raise(7 * S),
                        new AlertEffect.Clear(7 * S, 9 * S, ClearReason.CONDITION)),
                effects());
    }

    @Test
    void aSignalThatNeverCameIsMissingToo() {
        RuleRun run = run(TestRules.of(new Missing("A", 5_000), null));
        run.endBatch(2 * S, 1, told::add);
        run.endBatch(7 * S, 2, told::add);
        assertEquals(List.of(), effects());
        run.endBatch(8 * S, 3, told::add);
        assertEquals(List.of(new AlertEffect.Raise(8 * S)), effects());
    }

    @Test
    void aCircleIsLeftAndAPolygonEntered() {
        RuleRun circle =
                run(
                        TestRules.of(
                                null,
                                new Fence(
                                        "LAT",
                                        "LON",
                                        new Circle(52.5, 13.4, 1_000),
                                        null,
                                        Side.OUTSIDE)));
        place(circle, 1, 52.5, 13.4);
        place(circle, 2, 52.5089, 13.4);
        place(circle, 3, 52.5091, 13.4);
        circle.end(told::add);
        assertEquals(List.of(new AlertEffect.Raise(3 * S)), effects());
        told.clear();
        RuleRun polygon =
                run(
                        TestRules.of(
                                null,
                                new Fence(
                                        "LAT",
                                        "LON",
                                        null,
                                        List.of(
                                                new Place(0, 0),
                                                new Place(0, 10),
                                                new Place(5, 5),
                                                new Place(10, 10),
                                                new Place(10, 0)),
                                        Side.INSIDE)));
        place(polygon, 1, 5, 7);
        place(polygon, 2, 8, 7);
        place(polygon, 3, -1, 7);
        polygon.end(told::add);
        assertEquals(
                List.of(
                        new AlertEffect.Raise(2 * S),
                        new AlertEffect.Clear(2 * S, 3 * S, ClearReason.CONDITION)),
                effects());
    }

    private void place(RuleRun run, long seconds, double latitude, double longitude) {
        at(run, "LAT", seconds, latitude);
        at(run, "LON", seconds, longitude);
    }

    @Test
    void aRuleThatMakesNoSenseIsRefusedByName() {
        RuleDefinition nothingSevere =
                new RuleDefinition(
                        "x",
                        null,
                        null,
                        "value('A') > 1.0",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        assertTrue(
                assertThrows(InvalidValueException.class, nothingSevere::check)
                        .getMessage()
                        .startsWith("severity"));
        for (RuleDefinition wrong :
                List.of(
                        TestRules.of(null, null),
                        TestRules.of(new Missing("A", 1), null),
                        TestRules.of(
                                null, new Fence("A", "B", new Circle(91, 0, 5), null, Side.INSIDE)),
                        TestRules.of(null, new Fence("A", "B", null, List.of(), Side.INSIDE)),
                        TestRules.dtc(null, null),
                        TestRules.dtc(" ", null),
                        TestRules.dtc("P".repeat(65), null),
                        TestRules.dtc("P0*", ""),
                        TestRules.dtc("P0*", null, 1_000L),
                        TestRules.when("value('A') > 1.0", -1))) {
            assertThrows(InvalidValueException.class, wrong::check, wrong.toString());
        }
    }
}
