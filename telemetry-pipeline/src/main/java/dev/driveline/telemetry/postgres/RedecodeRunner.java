package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.frame.FrameArchive;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.intake.Redecoder;
import dev.driveline.telemetry.postgres.RedecodeTable.Work;
import dev.driveline.telemetry.postgres.RedecodedRows.Decoded;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.sample.Retention;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on re-decodings, one at a time, some batches a transaction and no more of them a second
 * than it is told: who takes one up after a death goes on exactly where it was. One thread of its
 * own.
 */
public final class RedecodeRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedecodeRunner.class);
    private static final long IDLE_MS = 1_000;
    private static final long FORGET_EVERY_S = 60;
    private static final long CLOSE_LIMIT_S = 30;

    /** In one transaction, whichever is reached first; the last batch may go beyond. */
    private static final int STEP_BATCHES = 64;

    /** The pause after a step, at the most: no one else takes the work up meanwhile. */
    private static final long STEP_S = 20;

    private static final long STEP_SAMPLES = 200_000;

    /** A message in several frames that ends in the range began no earlier before it. */
    private static final long WARM_UP_US = 60_000_000;

    private final RedecodeTable jobs;
    private final RedecodedRows rows;
    private final FrameArchive frames;
    private final CatalogueBook catalogues;
    private final Retention retention;
    private final int batchesPerSecond;
    private final int stepBatches;
    private final Clock clock;
    private final Redecoder decoder = new Redecoder();
    private final Counter batches;
    private final Counter samples;
    private final Counter failures;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("telemetry-redecodes").factory());
    private @Nullable Work current;
    private volatile boolean closing;

    RedecodeRunner(
            RedecodeTable jobs,
            RedecodedRows rows,
            FrameArchive frames,
            CatalogueBook catalogues,
            Retention retention,
            int batchesPerSecond,
            Clock clock,
            MeterRegistry metrics) {
        this.jobs = jobs;
        this.rows = rows;
        this.frames = frames;
        this.catalogues = catalogues;
        this.retention = retention;
        this.batchesPerSecond = batchesPerSecond;
        this.stepBatches = Math.clamp(STEP_S * batchesPerSecond, 1, STEP_BATCHES);
        this.clock = clock;
        this.batches = metrics.counter("telemetry.redecode.batches");
        this.samples = metrics.counter("telemetry.redecode.samples");
        this.failures = metrics.counter("telemetry.redecode.failures");
    }

    /**
     * Starts the thread.
     *
     * @param partitionOf the partition of a vehicle's records
     * @param batchesPerSecond that are decoded again at most, by this process
     */
    public static RedecodeRunner start(
            Database database,
            RedecodeTable jobs,
            FrameArchive frames,
            CatalogueBook catalogues,
            MappingBook mappings,
            Retention retention,
            ToIntFunction<Vin> partitionOf,
            int batchesPerSecond,
            Clock clock,
            MeterRegistry metrics) {
        RedecodeRunner runner =
                new RedecodeRunner(
                        jobs,
                        new RedecodedRows(database, jobs, mappings, partitionOf),
                        frames,
                        catalogues,
                        retention,
                        batchesPerSecond,
                        clock,
                        metrics);
        runner.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        runner.turnIn(IDLE_MS);
        var _ =
                runner.thread.scheduleWithFixedDelay(
                        runner::forget, FORGET_EVERY_S, FORGET_EVERY_S, TimeUnit.SECONDS);
        return runner;
    }

    private void turnIn(long delayMs) {
        if (!closing) {
            var _ = thread.schedule(this::turn, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void forget() {
        try {
            jobs.forgetExpired();
        } catch (RuntimeException failed) {
            failed(failed);
        }
    }

    /** One step, and the next one when the batches of this one have had their time. */
    private void turn() {
        if (closing) {
            return;
        }
        long done = 0;
        try {
            if (current == null) {
                current = jobs.take();
            }
            Work work = current;
            if (work != null) {
                long before = handled(work);
                current = run(work);
                done = current == null ? stepBatches : handled(current) - before;
            }
        } catch (RuntimeException failed) {
            current = null;
            failed(failed);
        } finally {
            turnIn(current == null ? IDLE_MS : done * 1_000 / batchesPerSecond);
        }
    }

    private static long handled(Work work) {
        return work.redecode().done().batches() + work.redecode().done().passedOver();
    }

    private void failed(RuntimeException failure) {
        failures.increment();
        LOG.atWarn().setMessage("not decoded again, tried again").setCause(failure).log();
    }

    /** One step; null where nothing is left to do for us. */
    private @Nullable Work run(Work work) {
        try {
            Work after = step(work);
            return after != null && isUnderWay(after) ? after : null;
        } catch (RuntimeException failed) {
            failed(failed);
            jobs.postpone(
                    work,
                    failed instanceof ProblemException problem
                            ? String.valueOf(problem.getMessage())
                            : "it failed by a fault of ours, which the pipeline's log tells");
            return null;
        }
    }

    private static boolean isUnderWay(Work work) {
        return switch (work.redecode().state()) {
            case WAITING, RUNNING -> true;
            case DONE, FAILED -> false;
        };
    }

    /** Decodes some batches and writes them; null where nothing is left to do for us. */
    @Nullable Work step(Work work) {
        RedecodeOrder order = work.redecode().order();
        CompiledCatalogue catalogue = catalogues.compiled(order.catalogue());
        if (catalogue == null) {
            jobs.fail(
                    work,
                    "catalogue %s is not published, or cannot be used"
                            .formatted(order.catalogue()));
            return null;
        }
        Step step = new Step(work, catalogue);
        step.decode();
        boolean done = step.next.vehicle() == order.vins().size();
        Work after = rows.replace(work, step.decoded(), step.next, done);
        if (after != null) {
            batches.increment(step.chosen.size());
            samples.increment((double) step.sampleCount);
        }
        return after;
    }

    /** The batches of one transaction. */
    private final class Step {

        private final Work work;
        private final CompiledCatalogue catalogue;
        private final RedecodeOrder order;
        private final Vin vin;
        private final List<SampleBatch.Builder> chosen = new ArrayList<>();
        private long fromUs = Long.MAX_VALUE;
        private long toUs;
        private long frameCount;
        private long sampleCount;
        private long passedOver;
        private RedecodePlace next;

        Step(Work work, CompiledCatalogue catalogue) {
            this.work = work;
            this.catalogue = catalogue;
            this.order = work.redecode().order();
            this.next = work.redecode().place();
            this.vin = order.vins().get(next.vehicle());
        }

        Decoded decoded() {
            return new Decoded(vin, chosen, fromUs, toUs, frameCount, passedOver);
        }

        void decode() {
            FrameBatch.Place after = next.after();
            int limit = after == null ? stepBatches : stepBatches + 1;
            long warmUpUs = catalogue.hasTransports() ? WARM_UP_US : 0;
            List<FrameBatch> found =
                    frames.batches(
                            work.redecode().tenant(),
                            vin,
                            Math.max(0, order.fromUs() - warmUpUs),
                            order.toUs(),
                            after,
                            limit);
            AcceptedBatches accepted = rows.accepted(vin, bootsOf(found));
            int days = retention.of(work.redecode().tenant()).days();
            long keptUs =
                    TimeUnit.MILLISECONDS.toMicros(
                            clock.instant().minus(Duration.ofDays(days)).toEpochMilli());
            boolean whole = found.size() < limit;
            for (FrameBatch batch : found) {
                FrameBatch.Place place = batch.place(0);
                if (place.equals(after)) {
                    continue;
                }
                if (sampleCount >= STEP_SAMPLES) {
                    whole = false;
                    break;
                }
                decode(batch, place, accepted, keptUs);
            }
            next = whole ? next.nextVehicle() : next;
        }

        private Set<Long> bootsOf(List<FrameBatch> found) {
            return found.stream()
                    .map(batch -> batch.frames().head().boot().bits())
                    .collect(Collectors.toSet());
        }

        private void decode(
                FrameBatch batch, FrameBatch.Place place, AcceptedBatches accepted, long keptUs) {
            Redecoder.Redecoded decoded =
                    decoder.decode(
                            batch.frames(),
                            batch.t0Us(),
                            batch.receivedUs(),
                            catalogue,
                            follows(place, accepted) ? next.underWay() : new byte[0]);
            next = new RedecodePlace(next.vehicle(), place, decoded.underWay());
            if (batch.endUs() < order.fromUs()) {
                return; // Only for the messages that it leaves under way.
            }
            if (batch.t0Us() < keptUs || !accepted.contains(place.boot(), place.seq())) {
                passedOver++;
                return;
            }
            chosen.add(decoded.batch());
            fromUs = Math.min(fromUs, batch.t0Us());
            toUs = Math.max(toUs, batch.endUs());
            frameCount += batch.frames().count();
            sampleCount += decoded.batch().getIdxCount();
        }

        /** Batches of signals may stand between, lost ones may not. */
        private boolean follows(FrameBatch.Place place, AcceptedBatches accepted) {
            FrameBatch.Place before = next.after();
            return before != null
                    && before.boot() == place.boot()
                    && before.seq() < place.seq()
                    && accepted.containsAll(place.boot(), before.seq() + 1, place.seq() - 1);
        }
    }

    /** After the step at hand; another process goes on. */
    @Override
    public void close() {
        closing = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("runner of re-decodings does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
