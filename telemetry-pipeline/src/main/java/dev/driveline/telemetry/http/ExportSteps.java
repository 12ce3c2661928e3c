package dev.driveline.telemetry.http;

import dev.driveline.contract.id.TenantId;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportResults;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobSteps;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes exports piece by piece: a piece and how far it brings the export are written together. One
 * thread.
 */
public final class ExportSteps implements JobSteps<ExportOrder, ExportPlace, ExportCounts> {

    private static final int PAGE = 10_000;
    private static final int PIECE_CHARACTERS = 1024 * 1024;

    /** A step that finds little ends too: a job is taken for a minute. */
    private static final Duration STEP = Duration.ofSeconds(15);

    private final Jobs<ExportOrder, ExportPlace, ExportCounts> jobs;
    private final ExportResults results;
    private final SampleArchive archive;
    private final SampleView view;
    private final long maxBytes;
    private final Clock clock;
    private final Counter lines;

    /**
     * @param maxBytes of a result, packed; an export that grows beyond fails
     */
    public ExportSteps(
            Jobs<ExportOrder, ExportPlace, ExportCounts> jobs,
            ExportResults results,
            SampleArchive archive,
            CatalogueBook catalogues,
            MappingBook mappings,
            long maxBytes,
            Clock clock,
            MeterRegistry metrics) {
        this.jobs = jobs;
        this.results = results;
        this.archive = archive;
        this.view = new SampleView(catalogues, mappings);
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.lines = metrics.counter("telemetry.export.lines");
    }

    /** Pieces follow each other at once. */
    @Override
    public long pauseMs(
            Job<ExportOrder, ExportPlace, ExportCounts> before,
            Job<ExportOrder, ExportPlace, ExportCounts> after) {
        return 0;
    }

    @Override
    public @Nullable Work<ExportOrder, ExportPlace, ExportCounts> step(
            Work<ExportOrder, ExportPlace, ExportCounts> work) {
        Job<ExportOrder, ExportPlace, ExportCounts> export = work.job();
        if (export.done().bytes() > maxBytes) {
            jobs.fail(
                    work,
                    "its result is larger than %d bytes; ask for less at a time"
                            .formatted(maxBytes));
            return null;
        }
        ExportOrder order = export.order();
        ExportText text = new ExportText(order.format());
        StringBuilder out = new StringBuilder(export.done().parts() == 0 ? text.head() : "");
        ExportPlace place = export.place();
        long written = 0;
        Instant end = clock.instant().plus(STEP);
        while (place.target() < order.targets().size()
                && out.length() < PIECE_CHARACTERS
                && clock.instant().isBefore(end)) {
            ExportOrder.Target target = order.targets().get(place.target());
            List<Sample> page = page(export.tenant(), order, place);
            for (Sample sample : page) {
                text.line(target.vin(), view.body(export.tenant(), sample), out);
            }
            written += page.size();
            place =
                    page.size() == PAGE
                            ? new ExportPlace(place.target(), page.getLast().key())
                            : new ExportPlace(place.target() + 1, null);
        }
        boolean done = place.target() == order.targets().size();
        Work<ExportOrder, ExportPlace, ExportCounts> after =
                results.append(work, packed(out), written, place, done);
        lines.increment((double) written);
        return after;
    }

    private List<Sample> page(TenantId tenant, ExportOrder order, ExportPlace place) {
        ExportOrder.Target target = order.targets().get(place.target());
        return archive.history(
                tenant,
                target.vin(),
                Set.copyOf(target.signals()),
                order.fromUs(),
                order.toUs(),
                place.after(),
                PAGE);
    }

    private static byte[] packed(CharSequence text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
