package dev.driveline.telemetry.rule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Drawn rules over drawn drives: what holds after every step, and however a drive is cut. */
final class AlertSimulationTest {

    private static final int TRIALS = 100;
    private static final int SAMPLES = 400;

    private record Drawn(int place, long tUs, double value) {}

    @Test
    void anAlertKeepsItsRules() {
        Trials.of(11)
                .run(
                        TRIALS,
                        random -> {
                            CompiledRule rule = TestRules.compiled(drawnRule(random));
                            List<Drawn> drive = drawnDrive(random, rule);
                            random.note(rule.definition().toString());
                            List<RuleRun.Told> whole = whole(rule, drive);
                            assertEquals(whole, inBatches(random, rule, drive));
                            check(rule, drive, whole);
                        });
    }

    private static RuleDefinition drawnRule(Draw random) {
        return TestRules.of(
                random.oneOf(
                        List.of(
                                "value('A') > 5.0",
                                "value('A') > 5.0 && value('B') > 2.0",
                                "avg('A', duration('3s')) > 5.0 || previous('B') > 8.0",
                                "rate('A', duration('2s')) > 1.0")),
                random.oneIn(2) ? null : "value('A') < 3.0",
                random.oneOf(List.of(0L, 500L, 3_000L)),
                random.oneOf(List.of(0L, 700L, 2_000L)),
                random.oneOf(List.of(0L, 5_000L)),
                random.oneOf(List.of(0L, 4_000L)));
    }

    private static List<Drawn> drawnDrive(Draw random, CompiledRule rule) {
        List<Drawn> drive = new ArrayList<>();
        long t = 1_700_000_000_000_000L;
        int signals = rule.signals().size();
        double value = 5;
        for (int i = 0; i < SAMPLES; i++) {
            t += random.oneIn(50) ? 6_000_000 : random.nextInt(0, 400_000);
            value = Math.clamp(value + random.nextDouble(-2, 2), 0, 10);
            drive.add(new Drawn(random.nextInt(signals), t, random.oneIn(20) ? Double.NaN : value));
        }
        return drive;
    }

    private static List<RuleRun.Told> whole(CompiledRule rule, List<Drawn> drive) {
        List<RuleRun.Told> told = new ArrayList<>();
        RuleRun run = RuleRun.of(rule);
        for (Drawn sample : drive) {
            run.take(sample.place(), sample.tUs(), sample.value(), null, told::add);
        }
        run.end(told::add);
        return told;
    }

    /** Written and read again between any two batches. */
    private static List<RuleRun.Told> inBatches(Draw random, CompiledRule rule, List<Drawn> drive) {
        List<RuleRun.Told> told = new ArrayList<>();
        RuleRun run = RuleRun.of(rule);
        for (Drawn sample : drive) {
            run.take(sample.place(), sample.tUs(), sample.value(), null, told::add);
            if (random.oneIn(7)) {
                run.endBatch(sample.tUs(), 1, told::add);
                byte[] bytes = run.toBytes();
                run = RuleRun.fromBytes(rule, bytes);
                assertArrayEquals(bytes, run.toBytes());
            }
        }
        run.end(told::add);
        return told;
    }

    private static void check(CompiledRule rule, List<Drawn> drive, List<RuleRun.Told> told) {
        Timing timing = rule.timing();
        Long firing = null;
        long coolUntilUs = 0;
        long lastUs = 0;
        for (RuleRun.Told one : told) {
            assertTrue(one.effect().atUs() >= lastUs, "told in order");
            lastUs = one.effect().atUs();
            switch (one.effect()) {
                case AlertEffect.Raise raise -> {
                    assertNull(firing, "none is raised while one is there");
                    assertTrue(raise.raisedUs() >= coolUntilUs, "none is raised in the cool-down");
                    assertTrue(
                            raise.raisedUs() - drive.getFirst().tUs() >= timing.holdUs(),
                            "held before it is raised");
                    firing = raise.raisedUs();
                }
                case AlertEffect.Update update -> assertEquals(firing, update.raisedUs());
                case AlertEffect.Clear clear -> {
                    assertEquals(firing, clear.raisedUs(), "what is cleared was raised, once");
                    firing = null;
                    coolUntilUs = clear.atUs() + timing.coolDownUs();
                }
            }
        }
    }

    @Test
    void theHoldTimeIsNeverUndercut() {
        Trials.of(12)
                .run(
                        TRIALS,
                        random -> {
                            long holdUs = random.nextLong(0, 5_000_000);
                            long clearHoldUs = random.nextLong(0, 5_000_000);
                            Timing timing =
                                    new Timing(
                                            holdUs, clearHoldUs, random.nextLong(0, 3_000_000), 0);
                            AlertState state = new AlertState.Quiet();
                            long t = 1;
                            long trueSince = 0;
                            long overSince = 0;
                            for (int i = 0; i < SAMPLES; i++) {
                                t += random.nextLong(0, 800_000);
                                Truth raise =
                                        random.oneIn(6)
                                                ? random.oneOf(List.of(Truth.FALSE, Truth.UNKNOWN))
                                                : Truth.TRUE;
                                Truth clear = raise.not();
                                trueSince = raise == Truth.TRUE && trueSince == 0 ? t : trueSince;
                                trueSince = raise == Truth.FALSE ? 0 : trueSince;
                                overSince = clear == Truth.TRUE && overSince == 0 ? t : overSince;
                                overSince = clear == Truth.FALSE ? 0 : overSince;
                                AlertLifecycle.Step step =
                                        AlertLifecycle.step(
                                                timing,
                                                state,
                                                new AlertInput.Judged(t, raise, clear));
                                if (step.effect() instanceof AlertEffect.Raise) {
                                    assertTrue(trueSince > 0 && t - trueSince >= holdUs, "held");
                                }
                                if (step.effect() instanceof AlertEffect.Clear) {
                                    assertTrue(
                                            overSince > 0 && t - overSince >= clearHoldUs, "over");
                                }
                                state = step.state();
                            }
                        });
    }
}
