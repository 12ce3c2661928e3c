package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.RestServer;
import dev.driveline.telemetry.live.FleetSource;
import dev.driveline.telemetry.live.LatestInWindow;
import dev.driveline.telemetry.live.LiveSource;
import dev.driveline.telemetry.live.LogPosition;
import dev.driveline.telemetry.sample.Sample;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * {@code GET /api/v1/stream}: samples of many vehicles as they arrive, as server-sent events in
 * rounds.
 *
 * <p>Query: {@code fleet} (all that the token covers), {@code signal} (repeatable, up to 100: a
 * full name, the end of one, or a VSS path; all), {@code every} ({@code 1s} to {@code 60s}, usually
 * a second): of each vehicle's signal only the newest in that time. Events: {@code sample}, {@code
 * reset} where samples are not all given, and behind each round {@code round} with the place to go
 * on from as id.
 */
final class FleetStreamRoute {

    static final String PATH = "/api/v1/stream";

    private static final int MAX_SIGNALS = 100;
    private static final int MAX_STREAMS = 100;
    private static final Duration USUAL_EVERY = Duration.ofSeconds(1);

    private final VehicleAccess access;
    private final SampleView view;
    private final FleetSource source;
    private final int partitions;
    private final Semaphore room = new Semaphore(MAX_STREAMS);

    /**
     * @param partitions of the installation
     */
    FleetStreamRoute(VehicleAccess access, SampleView view, FleetSource source, int partitions) {
        this.access = access;
        this.view = view;
        this.source = source;
        this.partitions = partitions;
    }

    /** A sample and whose it is. */
    private record VehicleSample(Vin vin, SampleBody sample) {}

    Answer handle(Exchange exchange) {
        Caller caller = exchange.caller();
        String fleet = exchange.query("fleet");
        List<String> asked = exchange.queryAll(SignalNames.PARAMETER);
        if (asked.size() > MAX_SIGNALS) {
            throw new InvalidValueException(
                    "query signal", asked.size() + " values", "expected up to " + MAX_SIGNALS);
        }
        mustSee(caller, asked);
        Duration every = Every.of(exchange, USUAL_EVERY);
        if (every.compareTo(USUAL_EVERY) < 0) {
            throw new InvalidValueException(
                    "query every", every.toMillis() + " ms", "expected 1s to 60s for a fleet");
        }
        String lastId = exchange.header("Last-Event-ID");
        LogPosition after = lastId == null ? null : LogPosition.parse(lastId.strip(), partitions);
        boolean unreadable = lastId != null && after == null;
        Predicate<Vin> covered =
                vin ->
                        access.isReadable(caller, vin)
                                && (fleet == null || access.isInFleet(caller, vin, fleet));
        if (room.availablePermits() == 0) {
            throw new ProblemException(
                    ErrorCode.RATE_LIMITED,
                    MAX_STREAMS + " streams of fleets are open here, no more are");
        }
        return new Answer.Events(sink -> {
            if (!room.tryAcquire()) {
                return; // Others were quicker; the caller connects again and is told.
            }
            try (FleetSource.FleetListening listening = source.listen(covered, after)) {
                new Rounds(caller, asked, covered, listening, sink).run(unreadable, every);
            } catch (LiveSource.LiveSourceClosedException stopping) {
                // The caller connects again, to another process.
            } finally {
                room.release();
            }
        });
    }

    private void mustSee(Caller caller, List<String> asked) {
        Set<String> named = new HashSet<>();
        for (String hidden : view.hidden(caller)) {
            if (asked.stream().anyMatch(one -> isNamed(hidden, one))) {
                named.add(hidden);
            }
        }
        view.mustSee(caller, named);
    }

    private static boolean isNamed(String name, String asked) {
        return name.equals(asked) || name.endsWith("." + asked);
    }

    /** One open stream; of its request's thread. */
    private final class Rounds {

        private final Caller caller;
        private final List<String> asked;
        private final Predicate<Vin> covered;
        private final FleetSource.FleetListening listening;
        private final Answer.EventSink sink;
        private long lastSentNs = System.nanoTime();

        Rounds(
                Caller caller,
                List<String> asked,
                Predicate<Vin> covered,
                FleetSource.FleetListening listening,
                Answer.EventSink sink) {
            this.caller = caller;
            this.asked = asked;
            this.covered = covered;
            this.listening = listening;
            this.sink = sink;
        }

        void run(boolean unreadable, Duration every) throws InterruptedException {
            boolean open = !unreadable || reset();
            while (open && !sink.closed()) {
                FleetSource.Round round = listening.next(every);
                open = (!round.skipped() || reset()) && send(round) && keepAlive();
            }
        }

        private boolean send(FleetSource.Round round) throws InterruptedException {
            Map<Vin, LatestInWindow> windows = new LinkedHashMap<>();
            Set<String> hidden = view.hidden(caller);
            for (FleetSource.FleetBatch one : round.batches()) {
                // Asked again: what waited may be of a vehicle that was taken away meanwhile.
                if (covered.test(one.vin())) {
                    LatestInWindow window =
                            windows.computeIfAbsent(one.vin(), _ -> new LatestInWindow());
                    SampleStream.samples(
                            one.batch(),
                            0,
                            (name, catalogue) -> !hidden.contains(name) && isAsked(name, catalogue),
                            window::add);
                }
            }
            boolean any = false;
            for (Map.Entry<Vin, LatestInWindow> entry : windows.entrySet()) {
                for (Sample sample : entry.getValue().drain()) {
                    any = true;
                    VehicleSample body =
                            new VehicleSample(entry.getKey(), view.body(caller.tenant(), sample));
                    if (!tell("", "sample", body)) {
                        return false;
                    }
                }
            }
            return !any
                    || tell(
                            round.position().toString(),
                            "round",
                            Map.of("vehicles", windows.size()));
        }

        private boolean isAsked(String name, String catalogue) {
            if (asked.isEmpty()) {
                return true;
            }
            String path = view.path(caller.tenant(), catalogue, name);
            for (String one : asked) {
                if (isNamed(name, one) || one.equals(path)) {
                    return true;
                }
            }
            return false;
        }

        private boolean reset() throws InterruptedException {
            return tell(
                    "",
                    "reset",
                    Map.of(
                            "detail",
                            "samples before this event are not all given; ask the history for them"));
        }

        private boolean tell(String id, String event, Object data) throws InterruptedException {
            lastSentNs = System.nanoTime();
            return sink.send(id, event, data);
        }

        private boolean keepAlive() throws InterruptedException {
            if (System.nanoTime() - lastSentNs < RestServer.keepAliveInterval().toNanos()) {
                return true;
            }
            lastSentNs = System.nanoTime();
            return sink.keepAlive();
        }
    }
}
