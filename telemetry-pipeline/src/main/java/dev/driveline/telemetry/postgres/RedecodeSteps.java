package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.frame.FrameArchive;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.intake.Redecoder;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobSteps;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.postgres.RedecodedRows.Decoded;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.retention.Retention;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decodes batches of frames again, some a transaction and no more of them a second than it is told.
 * One thread.
 */
public final class RedecodeSteps implements JobSteps<RedecodeOrder, RedecodePlace, RedecodeCounts> {

    /** In one transaction, whichever is reached first; the last batch may go beyond. */
    private static final int STEP_BATCHES = 64;

    private static final long STEP_SAMPLES = 200_000;

    /** The pause after a step, at the most: no one else takes the work up meanwhile. */
    private static final long STEP_S = 20;

    /** A message in several frames that ends in the range began no earlier before it. */
    private static final long WARM_UP_US = 60_000_000;

    private final JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> jobs;
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

    /**
     * @param partitionOf the partition of a vehicle's records
     * @param batchesPerSecond that are decoded again at most, by this process
     */
    public RedecodeSteps(
            Database database,
            JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> jobs,
            FrameArchive frames,
            CatalogueBook catalogues,
            MappingBook mappings,
            Retention retention,
            ToIntFunction<Vin> partitionOf,
            int batchesPerSecond,
            Clock clock,
            MeterRegistry metrics) {
        this.jobs = jobs;
        this.rows = new RedecodedRows(database, jobs, mappings, partitionOf);
        this.frames = frames;
        this.catalogues = catalogues;
        this.retention = retention;
        this.batchesPerSecond = batchesPerSecond;
        this.stepBatches = Math.clamp(STEP_S * batchesPerSecond, 1, STEP_BATCHES);
        this.clock = clock;
        this.batches = metrics.counter("telemetry.redecode.batches");
        this.samples = metrics.counter("telemetry.redecode.samples");
    }

    /** Until the batches of the step have had their time. */
    @Override
    public long pauseMs(
            Job<RedecodeOrder, RedecodePlace, RedecodeCounts> before,
            Job<RedecodeOrder, RedecodePlace, RedecodeCounts> after) {
        return (after.done().handled() - before.done().handled()) * 1_000 / batchesPerSecond;
    }

    @Override
    public @Nullable Work<RedecodeOrder, RedecodePlace, RedecodeCounts> step(
            Work<RedecodeOrder, RedecodePlace, RedecodeCounts> work) {
        RedecodeOrder order = work.job().order();
        CompiledCatalogue catalogue = catalogues.compiled(order.catalogue());
        if (catalogue == null) {
            jobs.fail(
                    work,
                    "catalogue %s is not published, or cannot be used"
                            .formatted(order.catalogue()));
            return null;
        }
        Step step = new Step(work.job(), catalogue);
        step.decode();
        boolean done = step.next.vehicle() == order.vins().size();
        Work<RedecodeOrder, RedecodePlace, RedecodeCounts> after =
                rows.replace(work, step.decoded(), step.next, done);
        if (after != null) {
            batches.increment(step.chosen.size());
            samples.increment((double) step.sampleCount);
        }
        return after;
    }

    /** The batches of one transaction. */
    private final class Step {

        private final TenantId tenant;
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

        Step(Job<RedecodeOrder, RedecodePlace, RedecodeCounts> job, CompiledCatalogue catalogue) {
            this.tenant = job.tenant();
            this.catalogue = catalogue;
            this.order = job.order();
            this.next = job.place();
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
                            tenant,
                            vin,
                            Math.max(0, order.fromUs() - warmUpUs),
                            order.toUs(),
                            after,
                            limit);
            AcceptedBatches accepted = rows.accepted(vin, bootsOf(found));
            int days = retention.of(tenant).days();
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
}
