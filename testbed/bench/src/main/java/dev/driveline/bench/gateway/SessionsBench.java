package dev.driveline.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.server.Generator;
import dev.driveline.bench.server.Platform;
import dev.driveline.bench.server.Waiting;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How many sessions this machine holds, simulators included, with one publish a minute each; then,
 * how long a gateway takes to read the stored sessions of a fleet. Status 1 if one was lost.
 */
@Command(name = "bench-sessions", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class SessionsBench implements Callable<Integer> {

    /** Of the process file limit: what a process needs besides its connections. */
    private static final int SPARE_FILES = 1_000;

    private static final int KAFKA_HEAP_MB = 1_024;
    private static final int SETTLE_MS = 12_000;
    private static final int MINUTE_S = 60;

    @Option(names = "--sessions", defaultValue = "54000")
    private int sessions;

    @Option(names = "--gateways", defaultValue = "3")
    private int gateways;

    @Option(names = "--heap", defaultValue = "768", description = "MB, of each gateway.")
    private int heapMb;

    @Option(names = "--rate", defaultValue = "300", description = "Connects a second of all.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "120", description = "Of the load.")
    private int seconds;

    @Option(names = "--partitions", defaultValue = "64")
    private int partitions;

    @Option(
            names = "--stored",
            defaultValue = "1000000",
            description = "Sessions that a gateway reads at its start; 0: none.")
    private int stored;

    @Option(names = "--folder", defaultValue = "testbed/bench/target/sessions")
    private Path folder = Path.of("");

    @Option(names = "--fleet", defaultValue = "testbed/bench/target/fleet")
    private Path fleetFolder = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final List<Generator> generators = new ArrayList<>();
    private final StringBuilder rows = new StringBuilder("| | |\n|---|---:|\n");
    private double lost;

    private SessionsBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new SessionsBench())
                        // make names the file of the result, whoever calls make may name another.
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("Sessions held on one machine");
        FileLimit.require(share() + SPARE_FILES);
        report.say("certificates of " + sessions + " vehicles …");
        Fleet fleet = Fleet.in(fleetFolder, sessions);
        Path own = WorkFolder.fresh(folder);
        int[] slots = IntStream.rangeClosed(1, gateways).toArray();
        Platform.Settings settings =
                new Platform.Settings(own, partitions, heapMb, KAFKA_HEAP_MB, List.of(), Map.of());
        try (Platform platform = Platform.start(settings, fleet, slots)) {
            try {
                hold(platform, own, report);
            } finally {
                for (Generator generator : generators) {
                    generator.close();
                }
            }
            if (stored > 0) {
                report.say("a gateway reads " + stored + " stored sessions …");
                storedSessions(platform, report);
            }
        }
        report.add(rows.toString());
        report.add(
                """
                %d gateways (%d MB heap each), one Kafka (%d partitions) and %d simulators, a process each, on the same cores.
                Mutual TLS 1.3, a certificate a vehicle, MQTT 5, keepalive 1200 s, 200 B a publish at QoS 1; latency from the
                intended time of sending. Memory of a session: what all gateways have grown by since they were ready.
                """
                        .formatted(gateways, heapMb, partitions, gateways));
        report.finish(result);
        return lost == 0 ? 0 : 1;
    }

    /** Sessions of one simulator and, evenly spread, of one gateway. */
    private int share() {
        return (sessions + gateways - 1) / gateways;
    }

    private void hold(Platform platform, Path own, Report report)
            throws IOException, InterruptedException {
        double readyKb = outsideHeapKb(platform);
        double readyHeapKb = heapKb(platform);
        String ports =
                IntStream.rangeClosed(1, gateways)
                        .mapToObj(slot -> Integer.toString(platform.port(slot)))
                        .collect(Collectors.joining(","));
        long startNs = System.nanoTime();
        double connected = 0;
        for (int first = 0; first < sessions; first += share()) {
            int count = Math.min(share(), sessions - first);
            Generator generator =
                    Generator.start(
                            "simulator-" + first,
                            fleetFolder,
                            own,
                            List.of("--first", "" + first, "--vehicles", "" + count));
            generators.add(generator);
            connected +=
                    generator
                            .run("connect ports=" + ports + " rate=" + rate)
                            .path("connected")
                            .asDouble();
            report.say("  " + Math.round(connected) + " sessions …");
        }
        row("sessions asked for", sessions);
        row("connected", connected);
        row("connects a second, held back to " + rate, connected / Drive.secondsSince(startNs));
        Waiting.pause(SETTLE_MS);
        double outside = (outsideHeapKb(platform) - readyKb) / connected;
        double heap = (heapKb(platform) - readyHeapKb) / connected;
        row("memory of the gateways outside their heaps, kB a session", outside);
        row("live heap, kB a session", heap);
        row("both", outside + heap);
        report.say("one publish a minute each for " + seconds + " s …");
        List<JsonNode> answers = load();
        double acked = sum(answers, "acked");
        row("published", sum(answers, "sent"));
        row("acknowledged", acked);
        row("acknowledged a second", acked / seconds);
        row("PUBACK p50, ms, of the slowest simulator", most(answers, "ackP50Ms"));
        row("PUBACK p99, ms", most(answers, "ackP99Ms"));
        row("PUBACK p99.9, ms", most(answers, "ackP999Ms"));
        double online = 0;
        for (Generator generator : generators) {
            online += generator.run("status").path("online").asDouble();
        }
        row("sessions at the end", online);
        lost = sessions - online + sum(answers, "sent") - acked;
        row("sessions missing and publishes without PUBACK", lost);
    }

    private List<JsonNode> load() throws IOException, InterruptedException {
        List<JsonNode> answers = new ArrayList<>();
        String drive = "open seconds=" + seconds + " rate=";
        List<Thread> threads = new ArrayList<>();
        List<IOException> failures = new ArrayList<>();
        for (Generator generator : generators) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    JsonNode answer = generator.run(drive + share() / MINUTE_S);
                                    synchronized (answers) {
                                        answers.add(answer);
                                    }
                                } catch (IOException failed) {
                                    synchronized (answers) {
                                        failures.add(failed);
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return answers;
    }

    /** All gateways but the first are stopped; that one starts again and reads. */
    private void storedSessions(Platform platform, Report report)
            throws IOException, InterruptedException {
        for (int slot = 1; slot <= gateways; slot++) {
            platform.gateway(slot).stop();
        }
        long emptyNs = System.nanoTime();
        platform.startGateway(1);
        row("a gateway without stored sessions: ready after, s", Drive.secondsSince(emptyNs));
        StoredSessions written = StoredSessions.write(platform.kafka(), stored);
        report.say(
                "  written, %.0f B each in Kafka's log before compression"
                        .formatted(written.bytesEach()));
        platform.gateway(1).stop();
        long startNs = System.nanoTime();
        platform.startGateway(1);
        row("stored sessions read at a gateway's start", stored);
        row("then ready after, s", Drive.secondsSince(startNs));
    }

    /** Their heaps are resident from the start: growth is growth outside them. */
    private double outsideHeapKb(Platform platform) throws IOException {
        double sum = 0;
        for (int slot = 1; slot <= gateways; slot++) {
            sum += platform.gateway(slot).rssKb();
        }
        return sum;
    }

    private double heapKb(Platform platform) throws IOException, InterruptedException {
        double sum = 0;
        for (int slot = 1; slot <= gateways; slot++) {
            sum += platform.gateway(slot).liveHeapKb();
        }
        return sum;
    }

    private static double sum(List<JsonNode> answers, String figure) {
        return answers.stream().mapToDouble(answer -> answer.path(figure).asDouble()).sum();
    }

    private static double most(List<JsonNode> answers, String figure) {
        return answers.stream()
                .mapToDouble(answer -> answer.path(figure).asDouble())
                .max()
                .orElse(0);
    }

    private void row(String what, double value) {
        String form = value == Math.rint(value) ? "%,.0f" : "%,.1f";
        rows.append("| ")
                .append(what)
                .append(" | ")
                .append(String.format(Locale.ROOT, form, value));
        rows.append(" |\n");
    }
}
