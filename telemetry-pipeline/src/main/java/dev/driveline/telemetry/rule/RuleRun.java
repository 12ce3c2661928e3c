package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.ClearReason;
import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import dev.driveline.telemetry.rule.AlertState.Clearing;
import dev.driveline.telemetry.rule.AlertState.CoolingDown;
import dev.driveline.telemetry.rule.AlertState.Firing;
import dev.driveline.telemetry.rule.AlertState.Pending;
import dev.driveline.telemetry.rule.AlertState.Quiet;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One rule on one vehicle: takes samples in order of vehicle time and says what becomes of its
 * alert. The same whether the samples come live or out of the store. One thread.
 *
 * <p>The rule is judged once for all signals of a frame, so that none is seen new beside another's
 * old value. Frames are whole in a batch, so it does not matter how samples are cut into batches.
 *
 * <p>Shape of its bytes: version 1, rule version, last time, heard (wall clock), state, then the
 * {@link Readings}.
 */
public final class RuleRun {

    private static final int VERSION = 1;

    private final CompiledRule rule;
    private final Readings readings;
    private AlertState state = new Quiet();
    private long lastUs;
    private long heardMs;

    private boolean open;
    private long frameUs;
    private int frameMessage;
    private long frameSignals;
    private long unknown;
    private String whyUnknown = "";

    private RuleRun(CompiledRule rule) {
        this.rule = rule;
        this.readings = rule.newReadings();
    }

    public static RuleRun of(CompiledRule rule) {
        return new RuleRun(rule);
    }

    /** What is to be told, with the values of that time. */
    public record Told(AlertEffect effect, Map<String, Double> values) {}

    /** What can be read of the bytes without the rule. */
    public record Head(long ruleVersion, long lastUs, long heardMs, AlertState state) {

        void write(ByteWriter out) {
            out.octet(VERSION).varint(ruleVersion).varint(lastUs).varint(heardMs);
            RuleRun.write(state, out);
        }

        /**
         * @throws IllegalArgumentException if it is of another version of the rule
         */
        void mustBeOf(CompiledRule rule) {
            if (ruleVersion != rule.fact().version()) {
                throw new IllegalArgumentException(
                        "state of version %d, the rule has %d"
                                .formatted(ruleVersion, rule.fact().version()));
            }
        }

        /** When the alert was raised that there is; 0 for none. */
        public long raisedUs() {
            return switch (state) {
                case Firing firing -> firing.raisedUs();
                case Clearing clearing -> clearing.raisedUs();
                case Quiet _, Pending _, CoolingDown _ -> 0;
            };
        }

        /** What is to be told when the rule is withdrawn; null for nothing. */
        public @Nullable AlertEffect withdrawn(ClearReason reason) {
            return AlertLifecycle.step(
                            new Timing(0, 0, 0, 0), state, new AlertInput.Withdrawn(lastUs, reason))
                    .effect();
        }
    }

    /**
     * @throws IllegalArgumentException if they are none of {@link #toBytes}
     */
    public static Head head(byte[] bytes) {
        return head(new ByteReader(bytes));
    }

    static Head head(ByteReader in) {
        int version = in.octet();
        if (version != VERSION) {
            throw new IllegalArgumentException("rule state of version " + version);
        }
        return new Head(in.varint(), in.varint(), in.varint(), stateOf(in));
    }

    /**
     * Goes on where the bytes were written.
     *
     * @throws IllegalArgumentException if they are none of this version of the rule
     */
    public static RuleRun fromBytes(CompiledRule rule, byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        Head head = head(in);
        head.mustBeOf(rule);
        RuleRun run = new RuleRun(rule);
        run.lastUs = head.lastUs();
        run.heardMs = head.heardMs();
        run.state = head.state();
        run.readings.read(in);
        return run;
    }

    /** Between two batches, after {@link #endBatch}. */
    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(64);
        new Head(rule.fact().version(), lastUs, heardMs, state).write(out);
        readings.write(out);
        return out.toBytes();
    }

    /** What a rule sees of a sample: NaN where it is not available or an error. */
    public static double valueOf(SignalDefinition definition, long raw, Quality quality) {
        return switch (quality) {
            case GOOD, OUT_OF_RANGE, ESTIMATED_TIME -> definition.physical(raw);
            case NOT_AVAILABLE, ERROR -> Double.NaN;
        };
    }

    public CompiledRule rule() {
        return rule;
    }

    /** How often the condition was unknown. */
    public long unknown() {
        return unknown;
    }

    /** Why it was the last time; empty for never. */
    public String whyUnknown() {
        return whyUnknown;
    }

    /**
     * The next sample of one of the rule's signals; one that is older than another before is passed
     * over.
     *
     * @param place of {@link CompiledRule#placeOf}
     * @param value physical; NaN for none
     */
    public void take(
            int place, long tUs, double value, @Nullable String label, Consumer<Told> out) {
        if (tUs < lastUs) {
            return;
        }
        int message = rule.messageOf(place);
        long mark = 1L << place;
        if (open && (tUs != frameUs || message != frameMessage || (frameSignals & mark) != 0)) {
            judge(out);
        }
        if (!open) {
            open = true;
            frameUs = tUs;
            frameMessage = message;
            frameSignals = 0;
            fallSilent(tUs, out);
        }
        frameSignals |= mark;
        lastUs = tUs;
        readings.put(place, tUs, value, label);
    }

    /**
     * The batch is over, and reached to that vehicle time.
     *
     * @param nowMs wall clock
     */
    public void endBatch(long endUs, long nowMs, Consumer<Told> out) {
        end(out);
        heardMs = nowMs;
        if (rule.listensToAll() && endUs >= lastUs) {
            lastUs = endUs;
            if (readings.heardUs(0) == 0) {
                readings.put(0, endUs, Double.NaN, null);
            }
            boolean isMissing = endUs - readings.heardUs(0) > rule.missingAfterUs();
            step(new AlertInput.Judged(endUs, Truth.of(isMissing), Truth.of(!isMissing)), out);
        }
    }

    /** There is no further sample. */
    public void end(Consumer<Told> out) {
        if (open) {
            judge(out);
        }
    }

    /** Looks whether the rule bears the silence since the last batch. */
    public void tick(long nowMs, Consumer<Told> out) {
        long silenceUs = rule.timing().silenceUs();
        if (silenceUs > 0 && heardMs > 0 && (nowMs - heardMs) * 1_000 > silenceUs) {
            step(new AlertInput.Silent(lastUs + silenceUs), out);
        }
    }

    private void fallSilent(long tUs, Consumer<Told> out) {
        long silenceUs = rule.timing().silenceUs();
        if (silenceUs > 0 && lastUs > 0 && tUs - lastUs > silenceUs) {
            step(new AlertInput.Silent(lastUs + silenceUs), out);
        }
    }

    private void judge(Consumer<Told> out) {
        open = false;
        readings.at(frameUs);
        Judge.Verdict raise = rule.raise(readings);
        Judge.Verdict clear = rule.clear(readings, raise);
        if (raise.truth() == Truth.UNKNOWN) {
            unknown++;
            whyUnknown = raise.why();
        }
        step(new AlertInput.Judged(frameUs, raise.truth(), clear.truth()), out);
    }

    private void step(AlertInput input, Consumer<Told> out) {
        AlertLifecycle.Step step = AlertLifecycle.step(rule.timing(), state, input);
        state = step.state();
        AlertEffect effect = step.effect();
        if (effect != null) {
            out.accept(new Told(effect, rule.valuesOf(readings)));
        }
    }

    private static void write(AlertState state, ByteWriter out) {
        switch (state) {
            case Quiet _ -> out.octet(0);
            case Pending pending -> out.octet(1).varint(pending.sinceUs());
            case Firing firing -> out.octet(2).varint(firing.raisedUs()).varint(firing.updatedUs());
            case Clearing clearing ->
                    out.octet(3)
                            .varint(clearing.raisedUs())
                            .varint(clearing.updatedUs())
                            .varint(clearing.sinceUs());
            case CoolingDown cooling -> out.octet(4).varint(cooling.untilUs());
        }
    }

    private static AlertState stateOf(ByteReader in) {
        int kind = in.octet();
        return switch (kind) {
            case 0 -> new Quiet();
            case 1 -> new Pending(in.varint());
            case 2 -> new Firing(in.varint(), in.varint());
            case 3 -> new Clearing(in.varint(), in.varint(), in.varint());
            case 4 -> new CoolingDown(in.varint());
            default -> throw new IllegalArgumentException("rule state of kind " + kind);
        };
    }
}
