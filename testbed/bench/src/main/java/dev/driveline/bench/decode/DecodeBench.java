package dev.driveline.bench.decode;

import dev.driveline.bench.gateway.Report;
import dev.driveline.can.Decoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the decoder with JMH over a recorded minute, frames and batches. */
@Command(name = "bench-decode", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class DecodeBench implements Callable<Integer> {

    private static final String OTHERS =
            """
            Others, M frames/s on one core; published figures from other machines, not measured here:

            | | M frames/s |
            |---|---:|
            | cantools (Python) | 0.19 |
            | numpy, vectorised by message | 12 |
            | C generated for one database | 58 |
            """;

    @Option(names = "--forks", defaultValue = "3")
    private int forks;

    @Option(names = "--warm-up", defaultValue = "3", description = "Of a second each.")
    private int warmUp;

    @Option(names = "--iterations", defaultValue = "5", description = "Of a second each.")
    private int iterations;

    @Option(names = "--data", defaultValue = "../shared/data", description = "Recorded drives.")
    private Path data = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private DecodeBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new DecodeBench())
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("Decoding CAN frames");
        double signals = signalsAFrame();
        Collection<RunResult> results = run();
        double straight = score(results, "straight");
        StringBuilder rows =
                new StringBuilder(
                        """
                        | | M frames/s | ± 99.9 % | M signals/s | × straight | B allocated a frame |
                        |---|---:|---:|---:|---:|---:|
                        """);
        row(rows, "frames: decoded into columns", results, "frames", signals, straight);
        row(
                rows,
                "batches: protobuf read, checked, decoded",
                results,
                "batches",
                signals,
                straight);
        row(
                rows,
                "straight: without a plan, each signal byte by byte",
                results,
                "straight",
                signals,
                straight);
        report.add(rows.toString());
        report.add(
                "The Toyota minute (98,800 frames on two buses, %.2f signals a frame over all, 21 %% of the frames without a message), one thread, %d forks, %d × 1 s each after %d to warm up (JMH). The machine has two cores and is noisy: what stands is the ratio to the straight way, measured in the same run; and that frames allocate nothing (the batches' bytes are protobuf's)."
                        .formatted(signals, forks, iterations, warmUp));
        report.add("");
        report.add(OTHERS);
        report.finish(result);
        return 0;
    }

    /** Both ways give the same values, else their speeds say nothing. */
    private double signalsAFrame() throws IOException {
        Minute minute = new Minute(data);
        var columns = new DecodeSpeed.Columns(minute.catalogue.signals().size());
        var straight = new DecodeSpeed.Columns(minute.catalogue.signals().size());
        Decoder decoder = Decoder.of(minute.catalogue);
        var straightDecoder = new StraightDecoder(minute.catalogue);
        for (int i = 0; i < Minute.FRAMES; i++) {
            int offset = i * Minute.SLOT_BYTES;
            var _ =
                    decoder.decode(
                            minute.buses[i],
                            minute.ids[i],
                            0,
                            minute.payloads,
                            offset,
                            minute.lengths[i],
                            columns);
            straightDecoder.decode(
                    minute.buses[i],
                    minute.ids[i],
                    minute.payloads,
                    offset,
                    minute.lengths[i],
                    straight);
            if (!columns.hasSame(straight)) {
                throw new IllegalStateException("frame " + i + " decodes in two ways");
            }
        }
        return (double) columns.signals / Minute.FRAMES;
    }

    private Collection<RunResult> run() throws Exception {
        return new Runner(
                        new OptionsBuilder()
                                .include(DecodeSpeed.class.getName())
                                .forks(forks)
                                .warmupIterations(warmUp)
                                .warmupTime(TimeValue.seconds(1))
                                .measurementIterations(iterations)
                                .measurementTime(TimeValue.seconds(1))
                                .addProfiler(GCProfiler.class)
                                .jvmArgsAppend(
                                        "-D" + DecodeSpeed.DATA + "=" + data.toAbsolutePath())
                                .build())
                .run();
    }

    private static RunResult of(Collection<RunResult> results, String benchmark) {
        return results.stream()
                .filter(one -> one.getParams().getBenchmark().endsWith("." + benchmark))
                .findFirst()
                .orElseThrow();
    }

    private static double score(Collection<RunResult> results, String benchmark) {
        return of(results, benchmark).getPrimaryResult().getScore();
    }

    private static void row(
            StringBuilder rows,
            String name,
            Collection<RunResult> results,
            String benchmark,
            double signals,
            double straight) {
        Result<?> speed = of(results, benchmark).getPrimaryResult();
        Result<?> allocated =
                of(results, benchmark).getSecondaryResults().get("gc.alloc.rate.norm");
        rows.append(
                "| %s | %.1f | %.1f | %.1f | %.1f | %s |%n"
                        .formatted(
                                name,
                                speed.getScore() / 1e6,
                                speed.getScoreError() / 1e6,
                                speed.getScore() * signals / 1e6,
                                speed.getScore() / straight,
                                allocated == null ? "?" : "%.4f".formatted(allocated.getScore())));
    }
}
