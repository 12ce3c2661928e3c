package dev.driveline.command;

import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.Watchers;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.RestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Those who wait for what becomes of commands. Thread-safe; methods block. */
final class Followers {

    /** Requests that wait for the end of a command at once; more do not wait. */
    static final int MAX_WAITING = 64;

    /** How long after a step the stream of its vehicle can be taken up behind it. */
    static final Duration RESUME = Duration.ofHours(24);

    /** How far the clocks of instances may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private static final long LOOK_MS = 1_000;
    private static final int PAGE = 500;

    private final CommandDesk desk;
    private final Watchers watchers;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    Followers(CommandDesk desk, Watchers watchers) {
        this.desk = desk;
        this.watchers = watchers;
    }

    /**
     * A command as it stands after a wait.
     *
     * @param waited false where too many wait
     */
    record Awaited(StoredCommand command, boolean waited) {}

    /** Waits until a command has ended, or the time is over. */
    Awaited awaitEnd(StoredCommand command, Caller caller, int waitS) throws InterruptedException {
        if (!waiting.tryAcquire()) {
            return new Awaited(command, false);
        }
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitS);
        try (Watchers.Watch watch = watchers.watch(command.id())) {
            while (true) {
                StoredCommand now = desk.find(command.id(), caller);
                long leftMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
                if (now.command().state().terminal() || leftMs <= 0) {
                    return new Awaited(now, true);
                }
                watch.await(Math.min(LOOK_MS, leftMs));
            }
        } finally {
            waiting.release();
        }
    }

    /** A step as the stream of a command tells it. */
    record StepView(
            int step,
            CommandState state,
            Instant at,
            @Nullable String code,
            @Nullable Map<String, Object> result,
            boolean late) {}

    /** A step as the stream of a vehicle tells it. */
    record VehicleStepView(
            CommandId id,
            String type,
            @Nullable UUID batch,
            int step,
            CommandState state,
            Instant at,
            @Nullable String code,
            @Nullable Map<String, Object> result,
            boolean late) {}

    /** Every step of a command so far, then each new one; ends with the final state. */
    void follow(CommandId id, int after, Answer.EventSink sink) throws Exception {
        int seen = after;
        Silence silence = new Silence(sink);
        try (Watchers.Watch watch = watchers.watch(id)) {
            while (!sink.closed()) {
                List<AuditEntry> steps = desk.steps(id, seen);
                for (AuditEntry step : steps) {
                    if (!sink.send(String.valueOf(step.step()), "step", view(step))
                            || CommandState.valueOf(step.state()).isFinal()) {
                        return;
                    }
                    seen = step.step();
                }
                if (!silence.kept(!steps.isEmpty())) {
                    return;
                }
                watch.await(LOOK_MS);
            }
        }
    }

    /**
     * Each new step of a vehicle's commands, from where the caller was; an event {@code reset} says
     * that this is not known any more, and that what comes begins now.
     *
     * @param now the place where all that comes begins
     * @param seen the caller's Last-Event-ID; null at first
     */
    void follow(Vin vin, Caller caller, long now, @Nullable Long seen, Answer.EventSink sink)
            throws Exception {
        Instant latest = desk.now().minus(RESUME);
        long place = now;
        Instant since = desk.now().minus(CLOCKS);
        Optional<Instant> before = seen == null ? Optional.empty() : madeAt(vin, caller, seen);
        if (seen != null && before.isPresent() && before.get().isAfter(latest)) {
            place = seen;
            since = before.get().minus(CLOCKS);
        } else if (!sink.send(String.valueOf(now), seen == null ? "begin" : "reset", Map.of())) {
            return;
        }
        Silence silence = new Silence(sink);
        try (Watchers.Watch watch = watchers.watch(vin)) {
            while (!sink.closed()) {
                List<AuditTable.Row> steps = desk.steps(vin, caller, place, since, PAGE);
                for (AuditTable.Row step : steps) {
                    var link = step.link();
                    if (link == null
                            || !sink.send(
                                    String.valueOf(link.number()),
                                    "step",
                                    ofVehicle(step.entry()))) {
                        return;
                    }
                    place = link.number();
                    since = step.entry().at().minus(CLOCKS);
                }
                if (!silence.kept(!steps.isEmpty())) {
                    return;
                }
                if (steps.size() < PAGE) {
                    watch.await(LOOK_MS);
                }
            }
        }
    }

    private Optional<Instant> madeAt(Vin vin, Caller caller, long place) {
        // Before the first step of all there is none; then the first says how old the place is.
        Optional<Instant> made = desk.at(vin, caller, Math.max(1, place));
        return place == 0 && made.isEmpty() ? Optional.of(desk.now()) : made;
    }

    /** Keeps a quiet stream alive. */
    private static final class Silence {

        private final Answer.EventSink sink;
        private long quietMs;

        Silence(Answer.EventSink sink) {
            this.sink = sink;
        }

        /** After each look; false once the caller has gone. */
        boolean kept(boolean sent) throws InterruptedException {
            quietMs = sent ? 0 : quietMs + LOOK_MS;
            if (quietMs < RestServer.keepAliveInterval().toMillis()) {
                return true;
            }
            quietMs = 0;
            return sink.keepAlive();
        }
    }

    private static StepView view(AuditEntry step) {
        return new StepView(
                step.step(),
                CommandState.valueOf(step.state()),
                step.at(),
                step.code(),
                result(step),
                step.late());
    }

    private static VehicleStepView ofVehicle(AuditEntry step) {
        return new VehicleStepView(
                new CommandId(step.subject()),
                step.type(),
                step.batch(),
                step.step(),
                CommandState.valueOf(step.state()),
                step.at(),
                step.code(),
                result(step),
                step.late());
    }

    private static @Nullable Map<String, Object> result(AuditEntry step) {
        String result = step.result();
        return result == null ? null : Json.map(result);
    }
}
