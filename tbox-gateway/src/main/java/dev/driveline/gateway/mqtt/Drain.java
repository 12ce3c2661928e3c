package dev.driveline.gateway.mqtt;

import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.drain.DrainSchedule;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Input;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the links of a gateway at a pace. Begun again, it goes on with what is left at the new
 * pace. Thread-safe.
 */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final int TICK_MS = 20;
    private static final long REPORT_EVERY_MS = 5_000;

    private final Vertx vertx;
    private final EdgeParts parts;
    private final CloseReason reason;
    private Run run = new Run(DrainSchedule.of(0, DrainPace.STATED, () -> 0));

    Drain(Vertx vertx, EdgeParts parts) {
        this.vertx = vertx;
        this.parts = parts;
        this.reason = parts.serverReference() == null ? CloseReason.DRAINED : CloseReason.MOVED;
    }

    /**
     * Refuses new vehicles from now on and begins to close the links.
     *
     * @return completed once none is left, or when another drain takes this one's place
     */
    synchronized CompletableFuture<Void> begin(DrainPace pace) {
        parts.links().drain();
        run.end();
        Deque<LinkHandler> waiting = new ArrayDeque<>(parts.links().all());
        Run begun = new Run(DrainSchedule.of(waiting.size(), pace, parts.random()));
        begun.waiting.addAll(waiting);
        run = begun;
        LOG.atInfo()
                .setMessage("drain begins")
                .addKeyValue("links", waiting.size())
                .addKeyValue("perS", pace.perS())
                .addKeyValue("limit", pace.limit())
                .log();
        begun.timer = vertx.setPeriodic(TICK_MS, timer -> tick(begun));
        return begun.done;
    }

    private synchronized void tick(Run of) {
        if (of.done.isDone()) {
            return;
        }
        long elapsedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - of.startedNs);
        int due = of.schedule.due(elapsedMs);
        while (of.told < due) {
            of.told++;
            tell(of.waiting.remove());
        }
        int left = parts.links().size();
        if (of.waiting.isEmpty()) {
            // Who was being let in when the drain began comes last.
            parts.links().all().forEach(this::tell);
        }
        if (left == 0) {
            LOG.atInfo().setMessage("drained").addKeyValue("ms", elapsedMs).log();
            of.end();
        } else if (elapsedMs >= of.reportMs) {
            of.reportMs += REPORT_EVERY_MS;
            LOG.atInfo()
                    .setMessage("draining")
                    .addKeyValue("told", of.told)
                    .addKeyValue("left", left)
                    .addKeyValue("ms", elapsedMs)
                    .log();
        }
    }

    private void tell(LinkHandler link) {
        link.input(new Input.End(reason, "the gateway stops"));
    }

    /** One drain. Guarded by the drain. */
    private final class Run {

        final DrainSchedule schedule;
        final Deque<LinkHandler> waiting = new ArrayDeque<>();
        final CompletableFuture<Void> done = new CompletableFuture<>();
        final long startedNs = System.nanoTime();
        int told;
        long reportMs = REPORT_EVERY_MS;
        long timer = -1;

        Run(DrainSchedule schedule) {
            this.schedule = schedule;
        }

        void end() {
            if (timer >= 0) {
                vertx.cancelTimer(timer);
            }
            done.complete(null);
        }
    }
}
