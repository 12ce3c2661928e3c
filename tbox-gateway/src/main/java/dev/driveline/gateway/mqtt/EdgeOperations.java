package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.operation.Operations;
import dev.driveline.gateway.operation.SessionHead;
import dev.driveline.gateway.operation.SessionPage;
import dev.driveline.gateway.operation.Sighting;
import dev.driveline.gateway.operation.Standing;
import dev.driveline.gateway.operation.Talkers;
import dev.driveline.gateway.operation.Talkers.Talker;
import dev.driveline.gateway.operation.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operator's requests, brought to the links' own event loops. Thread-safe. */
final class EdgeOperations implements Operations {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeOperations.class);
    private static final long ANSWER_LIMIT_MS = 2_000;

    /** Links asked at once, so that their loops come to vehicles in between. */
    private static final int ASKED_AT_ONCE = 500;

    private final EdgeParts parts;
    private final EdgeConfig config;
    private final Drain drain;

    EdgeOperations(EdgeParts parts, EdgeConfig config, Drain drain) {
        this.parts = parts;
        this.config = config;
        this.drain = drain;
    }

    @Override
    public Standing standing() {
        return new Standing(
                parts.run(),
                parts.slot(),
                parts.links().size(),
                config.maxSessions(),
                parts.links().draining(),
                config.serverReference(),
                config.drain(),
                config.limits());
    }

    @Override
    public SessionPage sessions(@Nullable Vin after, int limit, Predicate<Vin> covered) {
        PriorityQueue<LinkHandler> page =
                new PriorityQueue<>(Comparator.comparing(LinkHandler::vin).reversed());
        int total = 0;
        boolean more = false;
        for (LinkHandler link : parts.links().all()) {
            if (!covered.test(link.vin())) {
                continue;
            }
            total++;
            if (after == null || link.vin().compareTo(after) > 0) {
                page.add(link);
                if (page.size() > limit) {
                    page.remove();
                    more = true;
                }
            }
        }
        List<SessionHead> items =
                page.stream()
                        .sorted(Comparator.comparing(LinkHandler::vin))
                        .map(LinkHandler::head)
                        .toList();
        return new SessionPage(items, more ? items.getLast().vin() : null, total);
    }

    @Override
    public Sighting session(Vin vin) {
        LinkHandler link = parts.links().of(vin);
        return link == null ? new Sighting.NotHere() : answer(link.ask(), deadline());
    }

    @Override
    public @Nullable SessionHead close(Vin vin, String reason, String by) {
        LinkHandler link = parts.links().of(vin);
        if (link == null) {
            return null;
        }
        SessionHead head = link.head();
        LOG.atInfo()
                .setMessage("operator closes a session")
                .addKeyValue("vin", vin)
                .addKeyValue("session", head.session())
                .addKeyValue("reason", reason)
                .addKeyValue("by", by)
                .log();
        parts.events()
                .unlimited(
                        vin,
                        EventTypes.SESSION_CLOSED_BY_OPERATOR,
                        Map.of("session", head.session(), "reason", reason, "by", by));
        link.input(new Input.End(CloseReason.CLOSED_BY_OPERATOR, reason));
        return head;
    }

    @Override
    public void drain(DrainPace pace, String by) {
        LOG.atInfo().setMessage("operator drains the gateway").addKeyValue("by", by).log();
        var _ = drain.begin(pace);
    }

    @Override
    public Talkers talkers(Talkers.By by, int limit, Predicate<Vin> covered) {
        List<LinkHandler> links = new ArrayList<>(parts.links().all());
        links.removeIf(link -> !covered.test(link.vin()));
        PriorityQueue<Talker> most = new PriorityQueue<>(Comparator.comparingLong(by::of));
        long deadlineNs = deadline();
        int silent = 0;
        for (int from = 0; from < links.size(); from += ASKED_AT_ONCE) {
            List<LinkHandler> some =
                    links.subList(from, Math.min(links.size(), from + ASKED_AT_ONCE));
            if (System.nanoTime() > deadlineNs) {
                silent += some.size();
                continue;
            }
            List<CompletableFuture<Sighting>> asked = some.stream().map(LinkHandler::ask).toList();
            for (CompletableFuture<Sighting> each : asked) {
                switch (answer(each, deadlineNs)) {
                    case Sighting.Here here -> {
                        most.add(talker(here));
                        if (most.size() > limit) {
                            most.remove();
                        }
                    }
                    case Sighting.NotHere _ -> {}
                    case Sighting.NoAnswer _ -> silent++;
                }
            }
        }
        List<Talker> items =
                most.stream().sorted(Comparator.comparingLong(by::of).reversed()).toList();
        return new Talkers(items, links.size(), silent);
    }

    @Override
    public @Nullable Trace startTrace(Vin vin, Duration time, String by) {
        Trace trace = parts.traces().start(vin, time);
        if (trace != null) {
            parts.events()
                    .unlimited(
                            vin,
                            EventTypes.TRACE_STARTED,
                            Map.of("run", parts.run(), "until", trace.until(), "by", by));
        }
        return trace;
    }

    @Override
    public @Nullable Trace trace(Vin vin) {
        return parts.traces().read(vin);
    }

    @Override
    public boolean stopTrace(Vin vin, String by) {
        boolean was = parts.traces().stop(vin);
        if (was) {
            parts.events()
                    .unlimited(vin, EventTypes.TRACE_STOPPED, Map.of("run", parts.run(), "by", by));
        }
        return was;
    }

    private static Talker talker(Sighting.Here here) {
        return new Talker(
                here.head().vin(),
                here.head().session(),
                here.head().since(),
                here.link().published(),
                here.link().publishedBytes());
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_LIMIT_MS);
    }

    private static Sighting answer(CompletableFuture<Sighting> asked, long deadlineNs) {
        try {
            return asked.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException silent) {
            // Said below.
        }
        return new Sighting.NoAnswer();
    }
}
