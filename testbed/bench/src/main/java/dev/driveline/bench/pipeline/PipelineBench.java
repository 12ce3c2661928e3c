package dev.driveline.bench.pipeline;

import dev.driveline.bench.gateway.Report;
import dev.driveline.bench.server.Waiting;
import dev.driveline.can.BusSource;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.simulator.Batcher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A recorded drive from Kafka to PostgreSQL: samples a second, bytes of disk a sample, and how fast
 * questions about a day are answered. Status 1 if a sample was lost or doubled.
 */
@Command(name = "bench-pipeline", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class PipelineBench implements Callable<Integer> {

    private static final int DAY_S = 86_400;
    private static final int WARM_UP = 100;
    private static final long BATCH_US = 1_000_000;
    private static final Vin SLOW = Vin.of("WDRVB0PPE00999999");
    private static final String SLOW_DBC =
            """
            VERSION "bench"
            BU_: ECU
            BO_ 256 BATTERY: 2 ECU
             SG_ VOLTAGE : 0|16@1+ (0.001,0) [0|65] "V" ECU
            """;

    @Option(names = "--data", defaultValue = "../shared/data", description = "Recorded drives.")
    private Path data = Path.of("");

    @Option(names = "--vehicles", defaultValue = "4")
    private int vehicles;

    @Option(names = "--minutes", defaultValue = "10", description = "Of each vehicle.")
    private int minutes;

    @Option(names = "--questions", defaultValue = "400", description = "Of each kind.")
    private int questions;

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final StringBuilder rows = new StringBuilder("| | |\n|---|---:|\n");

    private PipelineBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new PipelineBench())
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Recording recording = Recording.toyota(data);
        Report report = new Report("The pipeline, from Kafka to PostgreSQL and back");
        Path folder = Files.createTempDirectory("bench-pipeline");
        report.say("Kafka and PostgreSQL start …");
        try (PipelineRig rig = new PipelineRig(folder)) {
            report.say("batches are written to Kafka …");
            long startUs =
                    ChronoUnit.MICROS.between(
                            Instant.EPOCH,
                            Instant.now().truncatedTo(ChronoUnit.DAYS).minus(2, ChronoUnit.DAYS));
            long bytes = write(rig, recording, startUs);
            report.say("the pipeline decodes and stores …");
            long samples = store(rig, bytes);
            report.say("ten minutes become slices …");
            disk(rig, samples);
            report.say("a day at 1 Hz …");
            day(rig, startUs);
            report.say("questions …");
            ask(rig, startUs);
            boolean whole =
                    rig.number("select sum(sample_count) from history") == samples + DAY_S
                            && rig.number("select count(*) from recent") == 0;
            report.add(rows.toString());
            report.add(
                    "%d vehicles drive the recorded Toyota minute %d times each, in batches of a second (both buses, 1,650 frames/s), written to telemetry.can before the pipeline starts; the rate is from the first tenth stored to the last sample, decoding included. Kafka, PostgreSQL (fsync on) and the pipeline share the cores. Disk is the table with its indexes after the batches were joined into slices. Every sample that was decoded is stored once: %s. The questions are asked by one caller, one after the other, over REST."
                            .formatted(vehicles, minutes, whole ? "yes" : "NO"));
            report.finish(result);
            return whole ? 0 : 1;
        }
    }

    private static Vin vin(int vehicle) {
        return Vin.of("WDRVB0PPE%08d".formatted(vehicle));
    }

    private long write(PipelineRig rig, Recording recording, long startUs) {
        CatalogueRef ref = rig.publish("toyota", recording.catalogue());
        long bytes = 0;
        for (int vehicle = 0; vehicle < vehicles; vehicle++) {
            rig.publish(vin(vehicle), ref);
            for (byte[] batch : recording.batches(vehicle + 1L, startUs, minutes, BATCH_US)) {
                rig.batch(vin(vehicle), batch, startUs + minutes * recording.durationUs());
                bytes += batch.length;
            }
        }
        rig.flush();
        return bytes;
    }

    /** Returns the number of samples, once no more come. */
    private long store(PipelineRig rig, long bytes) throws InterruptedException {
        rig.start();
        List<long[]> seen = new ArrayList<>();
        long quietSinceNs = System.nanoTime();
        while (System.nanoTime() - quietSinceNs < 10_000_000_000L || seen.isEmpty()) {
            long stored = (long) rig.stored();
            if (stored > 0 && (seen.isEmpty() || seen.getLast()[1] != stored)) {
                seen.add(new long[] {System.nanoTime(), stored});
                quietSinceNs = System.nanoTime();
            }
            Waiting.pause(20);
        }
        long[] last = seen.getLast();
        long[] first = seen.stream().filter(at -> at[1] >= last[1] / 10).findFirst().orElse(last);
        double perS = (last[1] - first[1]) * 1e9 / (last[0] - first[0]);
        row("samples stored", (double) last[1], 0);
        row("samples stored a second", perS, 0);
        row("bytes a sample in telemetry.can", (double) bytes / last[1], 2);
        return last[1];
    }

    private void disk(PipelineRig rig, long samples) throws SQLException, InterruptedException {
        long stores = rig.number("select pg_total_relation_size('recent')");
        row("bytes of disk a sample before slices", (double) stores / samples, 2);
        awaitSlices(rig);
        long history =
                rig.number(
                        """
                        select sum(pg_total_relation_size(inhrelid)) from pg_inherits
                        where inhparent = 'history'::regclass
                        """);
        row("bytes of disk a sample in slices, indexes included", (double) history / samples, 2);
        row("slices", (double) rig.number("select count(*) from history"), 0);
    }

    private static void awaitSlices(PipelineRig rig) throws SQLException, InterruptedException {
        while (rig.number("select count(*) from recent") > 0) {
            Waiting.pause(500);
        }
    }

    /** One slow signal of one vehicle for a day, in batches of a minute. */
    private void day(PipelineRig rig, long startUs) throws SQLException, InterruptedException {
        CatalogueRef ref =
                rig.publish(
                        "slow",
                        new CatalogueSource(
                                List.of(
                                        BusSource.of(
                                                "can0",
                                                Matching.EXACT,
                                                "slow.dbc",
                                                SLOW_DBC.getBytes(StandardCharsets.ISO_8859_1)))));
        rig.publish(SLOW, ref);
        rig.flush();
        double before = rig.stored();
        long history = historyBytes(rig);
        Batcher batcher = new Batcher(ByteBuffer.allocate(Long.BYTES).putLong(77).array());
        for (int second = 0; second < DAY_S; second++) {
            int millivolts = 12_000 + (int) (500 * Math.sin(second / 3_000.0)) + second * 7 % 23;
            // A TBox's clock has jitter; without it nearly nothing would be left to store.
            long jitterUs = ((second * 2_654_435_761L) >>> 16) % 2_000;
            batcher.add(
                    startUs + second * 1_000_000L + jitterUs,
                    "can0",
                    256,
                    0,
                    new byte[] {(byte) millivolts, (byte) (millivolts >>> 8)},
                    2);
            if (second % 60 == 59) {
                rig.batch(
                        SLOW,
                        batcher.finish(Origin.ORIGIN_LIVE, List.of()).bytes(),
                        startUs + second * 1_000_000L + 400_000 + jitterUs);
            }
        }
        rig.flush();
        while (rig.stored() < before + DAY_S) {
            Waiting.pause(100);
        }
        awaitSlices(rig);
        row(
                "bytes of disk a sample, one signal at 1 Hz",
                (double) (historyBytes(rig) - history) / DAY_S,
                2);
    }

    private static long historyBytes(PipelineRig rig) throws SQLException {
        return rig.number(
                """
                select sum(pg_total_relation_size(inhrelid)) from pg_inherits
                where inhparent = 'history'::regclass
                """);
    }

    private void ask(PipelineRig rig, long startUs) throws IOException, InterruptedException {
        Instant from = Instant.EPOCH.plus(startUs, ChronoUnit.MICROS);
        Instant to = from.plusSeconds(DAY_S);
        String day =
                "/api/v1/vehicles/%s/history?signal=VOLTAGE&from=%s&to=%s"
                        .formatted(SLOW, from, to);
        time(rig, "a day at 1 Hz in about 1,000 points (resolution 87 s)", day + "&resolution=87");
        time(rig, "the same from summaries (resolution 120 s)", day + "&resolution=120");
        time(rig, "1,000 samples as recorded", day + "&limit=1000");
        time(
                rig,
                "ten minutes of a full bus, one signal at 83 Hz, a point a second",
                "/api/v1/vehicles/%s/history?signal=can0.SPEED.SPEED&from=%s&to=%s&resolution=1"
                        .formatted(vin(0), from, from.plusSeconds(600)));
        time(rig, "latest values of all signals", "/api/v1/vehicles/" + vin(0) + "/signals");
    }

    private void time(PipelineRig rig, String name, String path)
            throws IOException, InterruptedException {
        Histogram us = new Histogram(3);
        for (int i = -WARM_UP; i < questions; i++) {
            long startNs = System.nanoTime();
            byte[] answer = rig.get(path);
            if (i >= 0) {
                us.recordValue((System.nanoTime() - startNs) / 1_000);
            }
            if (answer.length < 100) {
                throw new IOException(path + " answered nearly nothing");
            }
        }
        row(name + ", p50, ms", us.getValueAtPercentile(50) / 1_000.0, 1);
        row("p99, ms", us.getValueAtPercentile(99) / 1_000.0, 1);
    }

    private void row(String name, double value, int digits) {
        rows.append("| ")
                .append(name)
                .append(" | ")
                .append(String.format(Locale.ROOT, "%,." + digits + "f", value))
                .append(" |\n");
    }
}
