package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.ClearReason;
import dev.driveline.telemetry.rule.AlertState.Clearing;
import dev.driveline.telemetry.rule.AlertState.CoolingDown;
import dev.driveline.telemetry.rule.AlertState.Firing;
import dev.driveline.telemetry.rule.AlertState.Pending;
import dev.driveline.telemetry.rule.AlertState.Quiet;
import org.jspecify.annotations.Nullable;

/**
 * The life of a rule's alerts on one vehicle, a pure function.
 *
 * <pre>
 *            true                held: Raise             over
 *   Quiet ─────────▶ Pending ────────────────▶ Firing ─────────▶ Clearing
 *    ▲ ▲    false       │                      ↻ Update  ◀─────────  │
 *    │ └────────────────┘                       │         not over   │ held: Clear
 *    │                                          │ silent: Clear      │
 *    └──────────── CoolingDown ◀────────────────┴────────────────────┘
 *      time over
 * </pre>
 *
 * With a time of 0 the state between is passed over. Unknown changes nothing. Withdrawn clears and
 * leads to Quiet from everywhere. All times are vehicle time and come from the inputs, so that the
 * same inputs give the same alerts whenever they are run.
 */
final class AlertLifecycle {

    /** An alert that goes on is told again after this. */
    static final long UPDATE_EVERY_US = 60_000_000;

    private AlertLifecycle() {}

    /** What comes next, and what is to be told of it; null for nothing. */
    record Step(AlertState state, @Nullable AlertEffect effect) {}

    static Step step(Timing timing, AlertState state, AlertInput input) {
        return switch (input) {
            case AlertInput.Judged judged -> judged(timing, state, judged);
            case AlertInput.Silent silent ->
                    over(timing, state, silent.atUs(), ClearReason.SILENCE);
            case AlertInput.Withdrawn withdrawn -> {
                Step ended = over(timing, state, withdrawn.atUs(), withdrawn.reason());
                yield new Step(new Quiet(), ended.effect());
            }
        };
    }

    private static Step judged(Timing timing, AlertState state, AlertInput.Judged input) {
        long t = input.tUs();
        return switch (state) {
            case Quiet quiet -> input.raise() == Truth.TRUE ? began(timing, t, t) : stay(quiet);
            case Pending pending ->
                    switch (input.raise()) {
                        case TRUE -> began(timing, pending.sinceUs(), t);
                        case FALSE -> stay(new Quiet());
                        case UNKNOWN -> stay(pending);
                    };
            case Firing firing -> firing(timing, firing, input);
            case Clearing clearing ->
                    switch (input.clear()) {
                        case TRUE ->
                                ending(
                                        timing,
                                        clearing.raisedUs(),
                                        clearing.updatedUs(),
                                        clearing.sinceUs(),
                                        t);
                        case FALSE ->
                                firing(
                                        timing,
                                        new Firing(clearing.raisedUs(), clearing.updatedUs()),
                                        input);
                        case UNKNOWN -> stay(clearing);
                    };
            case CoolingDown cooling ->
                    t >= cooling.untilUs() ? judged(timing, new Quiet(), input) : stay(cooling);
        };
    }

    private static Step firing(Timing timing, Firing firing, AlertInput.Judged input) {
        long t = input.tUs();
        if (input.clear() == Truth.TRUE) {
            return ending(timing, firing.raisedUs(), firing.updatedUs(), t, t);
        }
        if (input.raise() == Truth.TRUE && t - firing.updatedUs() >= UPDATE_EVERY_US) {
            return new Step(
                    new Firing(firing.raisedUs(), t), new AlertEffect.Update(firing.raisedUs(), t));
        }
        return stay(firing);
    }

    private static Step began(Timing timing, long sinceUs, long t) {
        return t - sinceUs >= timing.holdUs()
                ? new Step(new Firing(t, t), new AlertEffect.Raise(t))
                : stay(new Pending(sinceUs));
    }

    private static Step ending(Timing timing, long raisedUs, long updatedUs, long sinceUs, long t) {
        return t - sinceUs >= timing.clearHoldUs()
                ? cleared(timing, raisedUs, t, ClearReason.CONDITION)
                : stay(new Clearing(raisedUs, updatedUs, sinceUs));
    }

    private static Step over(Timing timing, AlertState state, long atUs, ClearReason reason) {
        return switch (state) {
            case Quiet quiet -> stay(quiet);
            case Pending _ -> stay(new Quiet());
            case Firing firing -> cleared(timing, firing.raisedUs(), atUs, reason);
            case Clearing clearing -> cleared(timing, clearing.raisedUs(), atUs, reason);
            case CoolingDown cooling -> stay(cooling);
        };
    }

    private static Step cleared(Timing timing, long raisedUs, long atUs, ClearReason reason) {
        return new Step(
                timing.coolDownUs() == 0
                        ? new Quiet()
                        : new CoolingDown(atUs + timing.coolDownUs()),
                new AlertEffect.Clear(raisedUs, atUs, reason));
    }

    private static Step stay(AlertState state) {
        return new Step(state, null);
    }
}
