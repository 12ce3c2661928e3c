package dev.driveline.telemetry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.telemetry.export.Export;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportState;
import dev.driveline.telemetry.export.Exports;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.BootIntake;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.Buckets;
import dev.driveline.testkit.Trials;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Exports written piece by piece by processes that die at any time. */
final class ExportRunnerTest {

    private static final long MAX_BYTES = 1L << 30;

    private static final TenantId ACME = TenantId.of("acme");
    private static final Vin FIRST = Vin.of("JTMW1RFV7KF000041");
    private static final Vin SECOND = Vin.of("JTMW1RFV7KF000042");
    private static final SignalDefinition SPEED =
            new SignalDefinition(
                    "can0.M.SPEED", "km/h", 0.5, 0, false, false, "c@" + "0".repeat(32), 0);
    private static final int SAMPLES = 30_500;

    /** So many samples of each vehicle, and a failure where it is told to. */
    private static final class Recorded implements SampleArchive {
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
            assertEquals(ACME, tenant);
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

    /** One export, as the table keeps it. */
    private static final class OneExport implements Exports {
        private Export export;
        private final List<byte[]> parts = new ArrayList<>();
        private long lease;
        private long weightEach;

        OneExport(ExportOrder order) {
            export =
                    new Export(
                            UUID.randomUUID(),
                            ACME,
                            ExportState.WAITING,
                            order,
                            ExportPlace.BEGIN,
                            0,
                            0,
                            0,
                            null,
                            "lake",
                            Instant.EPOCH,
                            null,
                            Instant.EPOCH);
        }

        private void become(ExportState state, ExportPlace place, long lines, String reason) {
            export =
                    new Export(
                            export.id(),
                            ACME,
                            state,
                            export.order(),
                            place,
                            parts.size(),
                            lines,
                            weightEach * parts.size(),
                            reason,
                            "lake",
                            Instant.EPOCH,
                            null,
                            Instant.EPOCH);
        }

        @Override
        public Work take() {
            boolean over =
                    export.state() == ExportState.DONE || export.state() == ExportState.FAILED;
            return over ? null : new Work(export, ++lease);
        }

        @Override
        public Work append(Work work, byte[] piece, long lines, ExportPlace next, boolean done) {
            if (work.lease() != lease) {
                return null;
            }
            parts.add(piece);
            become(
                    done ? ExportState.DONE : ExportState.RUNNING,
                    next,
                    export.lines() + lines,
                    null);
            return new Work(export, lease);
        }

        @Override
        public void fail(Work work, String reason) {
            parts.clear();
            become(ExportState.FAILED, export.place(), export.lines(), reason);
        }

        @Override
        public void postpone(Work work, String reason) {
            // It can be taken again at once.
        }

        @Override
        public Export add(Caller caller, ExportOrder order, Use use) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Export former(Caller caller, Use use) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Export> list(TenantId tenant) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Export get(TenantId tenant, UUID id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void remove(TenantId tenant, UUID id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] part(UUID id, int part) {
            return parts.get(part);
        }

        @Override
        public void forgetExpired() {
            throw new UnsupportedOperationException();
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

    private static ExportRunner runner(OneExport exports, Recorded archive) {
        return new ExportRunner(
                exports,
                archive,
                new SampleView(new CatalogueBook(), new MappingBook()),
                MAX_BYTES,
                new SimpleMeterRegistry());
    }

    private static String whole(ExportOrder.Format format) throws IOException {
        OneExport exports = new OneExport(order(format));
        runner(exports, new Recorded()).run(exports.take());
        assertEquals(ExportState.DONE, exports.export.state());
        assertEquals(2 * SAMPLES, exports.export.lines());
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
        runner(exports, new Recorded()).run(exports.take());
        assertEquals(ExportState.FAILED, exports.export.state());
        assertTrue(exports.export.reason().contains("larger than 1073741824 bytes"));
        assertEquals(List.of(), exports.parts);
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
                            ExportRunner runner = runner(exports, archive);
                            for (Exports.Work work = exports.take();
                                    work != null;
                                    work = exports.take()) {
                                if (random.oneIn(3)) {
                                    archive.away = true;
                                    runner.run(work);
                                } else {
                                    // Dead behind the piece, or ahead of writing it.
                                    boolean lost = random.oneIn(3);
                                    if (lost) {
                                        var _ = exports.take();
                                    }
                                    var _ = runner.step(work);
                                    random.note("lost " + lost);
                                }
                            }
                            assertEquals(expected, exports.result());
                        });
    }
}
