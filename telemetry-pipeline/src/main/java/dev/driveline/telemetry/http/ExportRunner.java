package dev.driveline.telemetry.http;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.export.Export;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.Exports;
import dev.driveline.telemetry.export.Exports.Work;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on exports, one at a time, piece by piece: a piece and how far it brings the export are
 * written together, so that whoever takes it up after a death goes on exactly there. One thread of
 * its own.
 */
public final class ExportRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExportRunner.class);
    private static final long TURN_MS = 1_000;
    private static final long FORGET_EVERY_S = 60;
    private static final long CLOSE_LIMIT_S = 30;
    private static final int PAGE = 10_000;
    private static final int PIECE_CHARACTERS = 1024 * 1024;

    private final Exports exports;
    private final SampleArchive archive;
    private final SampleView view;
    private final long maxBytes;
    private final Counter lines;
    private final Counter failures;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("telemetry-exports").factory());
    private volatile boolean closing;

    ExportRunner(
            Exports exports,
            SampleArchive archive,
            SampleView view,
            long maxBytes,
            MeterRegistry metrics) {
        this.exports = exports;
        this.archive = archive;
        this.view = view;
        this.maxBytes = maxBytes;
        this.lines = metrics.counter("telemetry.export.lines");
        this.failures = metrics.counter("telemetry.export.failures");
    }

    /**
     * Starts the thread.
     *
     * @param maxBytes of a result, packed; an export that grows beyond fails
     */
    public static ExportRunner start(
            Exports exports,
            SampleArchive archive,
            CatalogueBook catalogues,
            MappingBook mappings,
            long maxBytes,
            MeterRegistry metrics) {
        ExportRunner runner =
                new ExportRunner(
                        exports, archive, new SampleView(catalogues, mappings), maxBytes, metrics);
        var _ =
                runner.thread.scheduleWithFixedDelay(
                        runner::attempt, TURN_MS, TURN_MS, TimeUnit.MILLISECONDS);
        var _ =
                runner.thread.scheduleWithFixedDelay(
                        runner::forget, FORGET_EVERY_S, FORGET_EVERY_S, TimeUnit.SECONDS);
        return runner;
    }

    private void forget() {
        try {
            exports.forgetExpired();
        } catch (RuntimeException failed) {
            failed(failed);
        }
    }

    private void attempt() {
        try {
            Work work = exports.take();
            while (work != null && !closing) {
                run(work);
                work = exports.take();
            }
        } catch (RuntimeException failed) {
            failed(failed);
        }
    }

    private void failed(RuntimeException failure) {
        failures.increment();
        LOG.atWarn().setMessage("export not written, tried again").setCause(failure).log();
    }

    /** Until it is over, or somebody deletes it, or this process ends. */
    void run(Work taken) {
        Work work = taken;
        try {
            while (work != null && isUnderWay(work) && !closing) {
                work = step(work);
            }
        } catch (RuntimeException failed) {
            failed(failed);
            exports.postpone(work, String.valueOf(failed.getMessage()));
        }
    }

    private static boolean isUnderWay(Work work) {
        return switch (work.export().state()) {
            case WAITING, RUNNING -> true;
            case DONE, FAILED -> false;
        };
    }

    /** Writes one piece; null where nothing is left to do for us. */
    @Nullable Work step(Work work) {
        Export export = work.export();
        if (export.bytes() > maxBytes) {
            exports.fail(
                    work,
                    "its result is larger than %d bytes; ask for less at a time"
                            .formatted(maxBytes));
            return null;
        }
        ExportOrder order = export.order();
        ExportText text = new ExportText(order.format());
        StringBuilder out = new StringBuilder(export.parts() == 0 ? text.head() : "");
        ExportPlace place = export.place();
        long written = 0;
        while (place.target() < order.targets().size() && out.length() < PIECE_CHARACTERS) {
            ExportOrder.Target target = order.targets().get(place.target());
            List<Sample> page = page(export, target, place);
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
        Work after = exports.append(work, packed(out), written, place, done);
        lines.increment((double) written);
        return after;
    }

    private List<Sample> page(Export export, ExportOrder.Target target, ExportPlace place) {
        Vin vin = target.vin();
        ExportOrder order = export.order();
        return archive.history(
                export.tenant(),
                vin,
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

    /** After the piece at hand; another process goes on. */
    @Override
    public void close() {
        closing = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("export runner does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
