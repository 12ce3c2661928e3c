package dev.driveline.telemetry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportResults;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.OneJob;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.sample.BootIntake;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.Buckets;
import dev.driveline.testkit.TestClock;
import dev.driveline.testkit.Trials;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Exports written piece by piece by processes that die at any time. */
final class ExportStepsTest {

    private static final long MAX_BYTES = 1L << 30;

    private static final Vin FIRST = Vin.of("JTMW1RFV7KF000041");
    private static final Vin SECOND = Vin.of("JTMW1RFV7KF000042");
    private static final SignalDefinition SPEED =
            new SignalDefinition(
                    "can0.M.SPEED", "km/h", 0.5, 0, false, false, "c@" + "0".repeat(32), 0);
    private static final int SAMPLES = 30_500;

    /** So many samples of each vehicle, and a failure where it is told to. */
    private static final class Recorded implements SampleArchive {
        private final TestClock clock = TestClock.at("2026-11-22T08:00:00Z");
        private Duration each = Duration.ZERO;
        private boolean away;

        @Override
        public List<Sample> history(
                TenantId tenant,
                Vin vin,
                Set<String> names,
                long fromUs,
                long toUs,
                SampleKey after,
                int limit) {
            if (away) {
                away = false;
                throw new IllegalStateException("the store is away");
            }
            clock.advance(each);
            assertEquals(OneJob.TENANT, tenant);
            assertEquals(Set.of("can0.M.SPEED"), names);
            List<Sample> page = new ArrayList<>();
            for (long t = after == null ? fromUs : after.tUs() + 1;
                    t < SAMPLES && page.size() < limit;
                    t++) {
                page.add(new Sample(SPEED, new SampleKey(t, 1, t, 0), t, t, Quality.GOOD, false));
            }
            return page;
        }

        @Override
        public List<Sample> latest(
                TenantId tenant,
                Vin vin,
                String after,
                Set<String> names,
                String prefix,
                int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<Vin, List<Sample>> latest(TenantId tenant, Map<Vin, Set<String>> names) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<String> names(TenantId tenant, Vin vin) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Buckets buckets(
                TenantId tenant, Vin vin, String name, long fromUs, long lengthUs, int number) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<BootIntake> intake(TenantId tenant, Vin vin, int limit) {
            throw new UnsupportedOperationException();
        }
    }

    /** One export and its result, as the tables keep them. */
    private static final class OneExport implements ExportResults {
        private final OneJob<ExportOrder, ExportPlace, ExportCounts> jobs;
        private final List<byte[]> parts = new ArrayList<>();
        private long weightEach;

        OneExport(ExportOrder order) {
            jobs = new OneJob<>(ExportOrder.KIND, order);
        }

        @Override
        public Work<ExportOrder, ExportPlace, ExportCounts> append(
                Work<ExportOrder, ExportPlace, ExportCounts> work,
                byte[] piece,
                long lines,
                ExportPlace next,
                boolean done) {
            Work<ExportOrder, ExportPlace, ExportCounts> after =
                    jobs.advance(work, next, work.job().done().plus(lines, weightEach), done);
            if (after != null) {
                parts.add(piece);
            }
            return after;
        }

        @Override
        public byte[] part(UUID id, int part) {
            return parts.get(part);
        }

        /** The result as a caller gets it: all parts behind each other. */
        String result() throws IOException {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                whole.write(part);
            }
            try (GZIPInputStream in =
                    new GZIPInputStream(new ByteArrayInputStream(whole.toByteArray()))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    private static ExportOrder order(ExportOrder.Format format) {
        List<String> signals = List.of("can0.M.SPEED");
        return new ExportOrder(
                format,
                List.of("SPEED"),
                0,
                1_000_000,
                List.of(
                        new ExportOrder.Target(FIRST, signals),
                        new ExportOrder.Target(SECOND, signals)));
    }

    private static ExportSteps steps(OneExport exports, Recorded archive) {
        return new ExportSteps(
                exports.jobs,
                exports,
                archive,
                new CatalogueBook(),
                new MappingBook(),
                MAX_BYTES,
                archive.clock,
                new SimpleMeterRegistry());
    }

    private static void run(OneExport exports, ExportSteps steps) {
        for (Work<ExportOrder, ExportPlace, ExportCounts> work = exports.jobs.take();
                work != null && work.job().isUnderWay(); ) {
            work = steps.step(work);
        }
    }

    @Test
    void aStepThatFindsLittleEndsBeforeAnotherTakesTheJob() {
        List<ExportOrder.Target> targets =
                Collections.nCopies(5, new ExportOrder.Target(FIRST, List.of("can0.M.SPEED")));
        OneExport exports =
                new OneExport(
                        new ExportOrder(
                                ExportOrder.Format.CSV,
                                List.of("SPEED"),
                                SAMPLES,
                                1_000_000,
                                targets));
        Recorded slow = new Recorded();
        slow.each = Duration.ofSeconds(10);
        ExportSteps steps = steps(exports, slow);
        var after = steps.step(exports.jobs.take());
        assertEquals(2, after.job().place().target());
        assertTrue(after.job().isUnderWay());
        run(exports, steps);
        assertEquals(JobState.DONE, exports.jobs.job().state());
        assertEquals(5, exports.jobs.job().place().target());
    }

    private static String whole(ExportOrder.Format format) throws IOException {
        OneExport exports = new OneExport(order(format));
        run(exports, steps(exports, new Recorded()));
        assertEquals(JobState.DONE, exports.jobs.job().state());
        assertEquals(2 * SAMPLES, exports.jobs.job().done().lines());
        assertTrue(exports.parts.size() > 2, "pieces: " + exports.parts.size());
        return exports.result();
    }

    @Test
    void aResultHoldsEachSampleOnceUnderItsVehicle() throws IOException {
        List<String> csv = whole(ExportOrder.Format.CSV).lines().toList();
        assertEquals(2 * SAMPLES + 1, csv.size());
        assertTrue(csv.getFirst().startsWith("vin,signal,t,recv,raw,phys,"), csv.getFirst());
        assertTrue(
                csv.get(2).startsWith(FIRST + ",can0.M.SPEED,1,1,1,0.5,km/h,,GOOD,"), csv.get(2));
        assertTrue(csv.get(SAMPLES + 1).startsWith(SECOND + ",can0.M.SPEED,0,"));
        List<String> lines = whole(ExportOrder.Format.NDJSON).lines().toList();
        assertEquals(2 * SAMPLES, lines.size());
        assertTrue(
                lines.get(SAMPLES).startsWith("{\"vin\":\"" + SECOND + "\",\"signal\":"),
                lines.get(SAMPLES));
    }

    @Test
    void whatGrowsTooLargeFails() {
        OneExport exports = new OneExport(order(ExportOrder.Format.CSV));
        exports.weightEach = MAX_BYTES / 2 + 1;
        run(exports, steps(exports, new Recorded()));
        assertEquals(JobState.FAILED, exports.jobs.job().state());
        assertTrue(exports.jobs.job().reason().contains("larger than 1073741824 bytes"));
        assertEquals(2, exports.parts.size());
    }

    @Test
    void whereverItsProcessDiesTheResultIsTheSame() throws IOException {
        String expected = whole(ExportOrder.Format.CSV);
        Trials.of(41)
                .run(
                        15,
                        random -> {
                            OneExport exports = new OneExport(order(ExportOrder.Format.CSV));
                            Recorded archive = new Recorded();
                            ExportSteps steps = steps(exports, archive);
                            for (Work<ExportOrder, ExportPlace, ExportCounts> work =
                                            exports.jobs.take();
                                    work != null;
                                    work = exports.jobs.take()) {
                                if (random.oneIn(3)) {
                                    archive.away = true;
                                    Work<ExportOrder, ExportPlace, ExportCounts> taken = work;
                                    assertThrows(
                                            IllegalStateException.class, () -> steps.step(taken));
                                } else {
                                    // Dead behind the piece, or ahead of writing it.
                                    boolean lost = random.oneIn(3);
                                    if (lost) {
                                        var _ = exports.jobs.take();
                                    }
                                    var _ = steps.step(work);
                                    random.note("lost " + lost);
                                }
                            }
                            assertEquals(expected, exports.result());
                        });
    }
}
