package dev.driveline.bench.gateway;

import dev.driveline.bench.server.Generator;
import dev.driveline.bench.server.Ours;
import dev.driveline.bench.server.Platform;
import dev.driveline.bench.server.RealRegistry;
import dev.driveline.bench.server.Waiting;
import dev.driveline.simulator.load.Fleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From the REST request that suspends a vehicle until the vehicle sees its connection closed, the
 * whole way: registry, PostgreSQL, outbox, Kafka, gateway; one vehicle after another among many
 * that are connected. Status 1 if one of them was not closed.
 */
@Command(name = "bench-revocation", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class RevocationBench implements Callable<Integer> {

    /** Of the process file limit: what a process needs besides its connections. */
    private static final int SPARE_FILES = 1_000;

    private static final int HEAP_MB = 1_024;
    private static final int WARM_S = 15;
    private static final int PAUSE_MS = 100;
    private static final int SETTLE_MS = 5_000;
    private static final int DISCONNECT_NOT_AUTHORIZED = 0x87;
    private static final long LONGEST_MS = 600_000;
    private static final int BUCKETS = 5;

    @Option(names = "--sessions", defaultValue = "17500")
    private int sessions;

    @Option(names = "--revoked", defaultValue = "200")
    private int revoked;

    @Option(names = "--rate", defaultValue = "300", description = "Publishes a second of all.")
    private int rate;

    @Option(names = "--folder", defaultValue = "testbed/bench/target/revocation")
    private Path folder = Path.of("");

    @Option(names = "--fleet", defaultValue = "testbed/bench/target/fleet")
    private Path fleetFolder = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private RevocationBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new RevocationBench())
                        // make names the file of the result, whoever calls make may name another.
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("From the request to the closed connection");
        FileLimit.require(sessions + SPARE_FILES);
        report.say("certificates of " + sessions + " vehicles …");
        Fleet fleet = Fleet.in(fleetFolder, sessions);
        Path own = WorkFolder.fresh(folder);
        Platform.Settings settings =
                new Platform.Settings(own, 64, HEAP_MB, HEAP_MB, List.of(), Map.of());
        Histogram closed = new Histogram(LONGEST_MS, 3);
        Histogram answered = new Histogram(LONGEST_MS, 3);
        int told;
        report.say("Kafka, gateway, PostgreSQL, registry …");
        try (Platform platform = Platform.start(settings, fleet, Ours.SLOT);
                RealRegistry registry = RealRegistry.start(platform.kafka(), fleet, own);
                Generator generator =
                        Generator.start(
                                "generator",
                                fleetFolder,
                                own,
                                List.of("--vehicles", Integer.toString(sessions)))) {
            registry.register(revoked);
            String ports = "ports=" + platform.port(Ours.SLOT);
            report.say(
                    generator.run("connect " + ports + " rate=400").path("connected").asInt()
                            + " vehicles are connected, they drive …");
            generator.run("drive " + ports + " backoff=500 maxBackoff=5000 rate=" + rate);
            Waiting.pause(WARM_S * 1_000L);
            report.say("suspending " + revoked + ", one after another …");
            Map<Integer, Long> askedMs = new HashMap<>();
            for (int vehicle = 0; vehicle < revoked; vehicle++) {
                long beforeMs = System.currentTimeMillis();
                askedMs.put(vehicle, beforeMs);
                registry.suspend(vehicle);
                answered.recordValue(System.currentTimeMillis() - beforeMs);
                Waiting.pause(PAUSE_MS);
            }
            Waiting.pause(SETTLE_MS);
            Path file = own.resolve("closes.txt");
            generator.run("closes file=" + file);
            told = record(askedMs, file, closed);
        }
        report.add(text(closed, answered, told));
        report.finish(result);
        return closed.getTotalCount() == revoked ? 0 : 1;
    }

    private static int record(Map<Integer, Long> askedMs, Path file, Histogram closed)
            throws java.io.IOException {
        int told = 0;
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(" ", -1);
            Long at = askedMs.get(Integer.valueOf(parts[0]));
            if (at != null) {
                closed.recordValue(Math.max(0, Long.parseLong(parts[1]) - at));
                told += parts[2].equals(Integer.toString(DISCONNECT_NOT_AUTHORIZED)) ? 1 : 0;
            }
        }
        return told;
    }

    private String text(Histogram closed, Histogram answered, int told) {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        """
                        %d of %d suspended vehicles' connections were closed and stayed away, %d with DISCONNECT 0x87, among %,d at one gateway (%d publishes a second
                        of all). From before `PATCH /api/v1/vehicles/{vin}` is sent until the vehicle sees the close, in ms: p50 %d, p90 %d, p99 %d, max %d; the request
                        itself was answered in p50 %d, p99 %d. Everything on the same cores: registry with PostgreSQL, Kafka, gateway, the vehicles.

                        | up to, ms | vehicles |
                        |---:|---:|
                        """,
                        closed.getTotalCount(),
                        revoked,
                        told,
                        sessions,
                        rate,
                        closed.getValueAtPercentile(50),
                        closed.getValueAtPercentile(90),
                        closed.getValueAtPercentile(99),
                        closed.getMaxValue(),
                        answered.getValueAtPercentile(50),
                        answered.getValueAtPercentile(99)));
        for (HistogramIterationValue value : closed.logarithmicBucketValues(BUCKETS, 2)) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "| %d | %d |%n",
                            value.getValueIteratedTo(),
                            value.getCountAddedInThisIterationStep()));
        }
        return text.toString();
    }
}
