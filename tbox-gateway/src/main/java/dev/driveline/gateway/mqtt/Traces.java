package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.operation.Trace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What went in and out of one vehicle's link, while somebody asks for it: for a limited time,
 * without payloads; kept as long again for reading. Thread-safe; costs one read while nobody asks.
 */
final class Traces {

    static final Duration LONGEST = Duration.ofMinutes(15);

    private static final int MOST_AT_ONCE = 16;
    private static final int LINES = 1_000;

    /** Characters. */
    private static final int LINE = 400;

    private final Clock clock;
    private final Map<Vin, Tape> tapes = new ConcurrentHashMap<>();

    Traces(Clock clock) {
        this.clock = clock;
    }

    private record Tape(Instant until, Deque<Trace.Line> lines) {

        boolean over(Instant now) {
            return now.isAfter(until);
        }
    }

    /**
     * Starts a trace, or prolongs one.
     *
     * @return null where too many run
     */
    @Nullable Trace start(Vin vin, Duration time) {
        Instant now = clock.instant();
        if (!tapes.containsKey(vin) && tapes.size() >= MOST_AT_ONCE) {
            tapes.values().removeIf(tape -> tape.over(now));
            if (tapes.size() >= MOST_AT_ONCE) {
                return null;
            }
        }
        Duration limited = time.compareTo(LONGEST) > 0 ? LONGEST : time;
        tapes.compute(
                vin,
                (key, known) ->
                        new Tape(
                                now.plus(limited),
                                known == null ? new ArrayDeque<>() : known.lines()));
        return read(vin);
    }

    /**
     * Ends a trace and forgets it.
     *
     * @return whether there was one
     */
    boolean stop(Vin vin) {
        return tapes.remove(vin) != null;
    }

    /** What was recorded; null where there is no trace. */
    @Nullable Trace read(Vin vin) {
        Tape tape = tapes.get(vin);
        if (tape == null) {
            return null;
        }
        synchronized (tape.lines()) {
            return new Trace(vin, tape.until(), List.copyOf(tape.lines()));
        }
    }

    void stepped(Vin vin, Input input, List<Effect> effects) {
        if (tapes.isEmpty()) {
            return;
        }
        Tape tape = tapes.get(vin);
        if (tape == null || input instanceof Input.Tick) {
            return;
        }
        Instant now = clock.instant();
        if (tape.over(now)) {
            if (now.isAfter(tape.until().plus(LONGEST))) {
                tapes.remove(vin, tape);
            }
            return;
        }
        synchronized (tape.lines()) {
            add(tape, now, "in  " + TraceLines.of(input));
            for (Effect effect : effects) {
                add(tape, now, "out " + TraceLines.of(effect));
            }
        }
    }

    private static void add(Tape tape, Instant now, String what) {
        if (tape.lines().size() >= LINES) {
            tape.lines().removeFirst();
        }
        String cut = what.length() <= LINE ? what : what.substring(0, LINE) + "…";
        tape.lines().addLast(new Trace.Line(now, cut));
    }
}
