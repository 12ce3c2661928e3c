package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.link.Input;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What went in and out of one vehicle's link, while somebody asks for it: for a limited time,
 * without payloads. Thread-safe; costs one read while nobody asks.
 */
final class Traces {

    static final Duration LONGEST = Duration.ofMinutes(15);

    private static final int MOST_AT_ONCE = 16;
    private static final int LINES = 1_000;

    private final Clock clock;
    private final Map<Vin, Tape> tapes = new ConcurrentHashMap<>();

    Traces(Clock clock) {
        this.clock = clock;
    }

    /** One line of a trace. */
    record Line(Instant at, String what) {}

    private record Tape(Instant until, Deque<Line> lines) {}

    /**
     * Starts a trace, or prolongs one.
     *
     * @return false where too many run
     */
    boolean start(Vin vin, Duration time) {
        Instant now = clock.instant();
        tapes.values().removeIf(tape -> now.isAfter(tape.until().plus(LONGEST)));
        if (tapes.size() >= MOST_AT_ONCE && !tapes.containsKey(vin)) {
            return false;
        }
        Duration limited = time.compareTo(LONGEST) > 0 ? LONGEST : time;
        tapes.compute(
                vin,
                (key, known) ->
                        new Tape(
                                now.plus(limited),
                                known == null ? new ArrayDeque<>() : known.lines()));
        return true;
    }

    void stop(Vin vin) {
        tapes.remove(vin);
    }

    /** What was recorded, the oldest line first; empty where there is no trace. */
    List<Line> read(Vin vin) {
        Tape tape = tapes.get(vin);
        if (tape == null) {
            return List.of();
        }
        synchronized (tape.lines()) {
            return new ArrayList<>(tape.lines());
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
        if (now.isAfter(tape.until())) {
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
        tape.lines().addLast(new Line(now, what));
    }
}
