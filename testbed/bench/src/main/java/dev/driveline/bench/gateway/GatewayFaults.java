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
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Two gateways and a Kafka under load; one gateway is killed, Kafka is stopped. What was
 * acknowledged must be stored, and presence must be right in the end. Status 1 on a violation.
 */
@Command(name = "faults-gateway", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class GatewayFaults implements Callable<Integer> {

    private static final int KILLED = 1;
    private static final int OTHER = 2;
    private static final int HEAP_MB = 768;
    private static final int QUIET_S = 10;

    @Option(names = "--vehicles", defaultValue = "2000")
    private int vehicles;

    @Option(names = "--rate", defaultValue = "4000", description = "Batches a second of all.")
    private int rate;

    @Option(names = "--down", defaultValue = "10", description = "s that the gateway is away.")
    private int downS;

    @Option(names = "--outage", defaultValue = "30", description = "s that Kafka is away.")
    private int outageS;

    @Option(names = "--limit", defaultValue = "40", description = "s for each recovery.")
    private int limitS;

    @Option(names = "--backoff", defaultValue = "200", description = "First wait, ms.")
    private int backoffMs;

    @Option(names = "--max-backoff", defaultValue = "5000", description = "Longest wait, ms.")
    private int maxBackoffMs;

    @Option(names = "--partitions", defaultValue = "64")
    private int partitions;

    @Option(names = "--folder", defaultValue = "testbed/bench/target/faults")
    private Path folder = Path.of("");

    @Option(names = "--fleet", defaultValue = "testbed/bench/target/fleet")
    private Path fleetFolder = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final List<String> violations = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();

    private GatewayFaults() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new GatewayFaults())
                        // make names the file of the result, whoever calls make may name another.
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("A gateway killed, Kafka stopped");
        FileLimit.require(2 * vehicles);
        Path own = WorkFolder.fresh(folder);
        Fleet fleet = Fleet.in(fleetFolder, vehicles);
        report.say("two gateways and Kafka …");
        Platform.Settings settings =
                new Platform.Settings(own, partitions, HEAP_MB, HEAP_MB, List.of(), Map.of());
        try (Platform platform = Platform.start(settings, fleet, KILLED, OTHER);
                Generator generator =
                        Generator.start(
                                "generator",
                                fleetFolder,
                                own,
                                List.of("--vehicles", Integer.toString(vehicles), "--remember"));
                PresenceWatch presence = new PresenceWatch(platform.kafka())) {
            List<String> vins =
                    IntStream.range(0, vehicles).mapToObj(i -> Fleet.vin(i).value()).toList();
            Drive drive = new Drive(generator, platform, presence, vins, own);
            course(report, platform, drive, own);
        }
        report.add(markdown());
        report.finish(result);
        return violations.isEmpty() ? 0 : 1;
    }

    private void course(Report report, Platform platform, Drive drive, Path own)
            throws IOException, InterruptedException {
        setOut(report, platform, drive);
        report.say("gateway " + KILLED + " is killed …");
        gatewayKilled(platform, drive);
        report.say("half of the vehicles lose their connection, so that both gateways hold some …");
        drive.run("drop count=" + vehicles / 2);
        Waiting.pause(QUIET_S * 1_000L);
        report.say("Kafka is stopped for " + outageS + " s …");
        kafkaStopped(platform, drive);
        report.say("load ends …");
        comeHome(drive);
        report.say("what was stored …");
        compare(platform, drive, own);
    }

    private void setOut(Report report, Platform platform, Drive drive)
            throws IOException, InterruptedException {
        String ports = "ports=" + platform.port(KILLED) + "," + platform.port(OTHER);
        JsonNode connected = drive.run("connect " + ports);
        report.say(connected.path("connected").asInt() + " vehicles are connected, they drive …");
        drive.run(
                "drive %s rate=%d backoff=%d maxBackoff=%d"
                        .formatted(ports, rate, backoffMs, maxBackoffMs));
        Waiting.pause(QUIET_S * 1_000L);
        time("before any fault: presence right, asked at once", drive, 0, true);
        JsonNode status = drive.run("status");
        row(
                "before any fault: PUBACK p50 / p99",
                status.path("ackP50Ms").asText()
                        + " / "
                        + status.path("ackP99Ms").asText()
                        + " ms");
    }

    private void gatewayKilled(Platform platform, Drive drive)
            throws IOException, InterruptedException {
        drive.forget();
        long killedNs = System.nanoTime();
        platform.gateway(KILLED).kill();
        drive.mark();
        seconds(
                "gateway killed (-9): 99 % of vehicles acknowledged again after",
                drive.mostAcknowledged(killedNs, limitS));
        seconds(
                "gateway killed: presence right after (none of its vehicles needs it any more)",
                drive.presenceRight(killedNs, limitS));
        Waiting.pause(Math.max(0, downS * 1_000L - (System.nanoTime() - killedNs) / 1_000_000));
        long startNs = System.nanoTime();
        platform.startGateway(KILLED);
        row("gateway started again: ready after", "%.1f s".formatted(Drive.secondsSince(startNs)));
        time(
                "gateway started again: presence right, asked since it was ready",
                drive,
                limitS,
                true);
        JsonNode status = drive.run("status");
        row("connections lost, of " + vehicles, status.path("closed").asText());
    }

    private void kafkaStopped(Platform platform, Drive drive)
            throws IOException, InterruptedException {
        long stopNs = System.nanoTime();
        platform.stopKafka();
        row("Kafka stopped in order, took", "%.1f s".formatted(Drive.secondsSince(stopNs)));
        Waiting.pause(1_000);
        drive.forget();
        drive.mark();
        Waiting.pause(outageS * 1_000L);
        JsonNode during = drive.run("status");
        int acked = during.path("acked").asInt();
        row("PUBACKs while Kafka was away (must be 0)", Integer.toString(acked));
        if (acked > 0) {
            violations.add(acked + " PUBACKs while Kafka was away");
        }
        row("connections lost while Kafka was away", during.path("closed").asText());
        row("vehicles connected at the end of the outage", during.path("online").asText());
        long startNs = System.nanoTime();
        platform.restartKafka();
        row("Kafka started again: listens after", "%.1f s".formatted(Drive.secondsSince(startNs)));
        seconds(
                "Kafka started again: 99 % of vehicles acknowledged again after",
                drive.mostAcknowledged(startNs, limitS));
        OptionalDouble right = drive.presenceRight(startNs, limitS);
        seconds("Kafka started again: presence right after", right);
    }

    private void comeHome(Drive drive) throws IOException, InterruptedException {
        JsonNode settled = drive.run("settle seconds=" + limitS);
        row(
                "load ended: everything sent acknowledged; left over",
                settled.path("unacknowledged").asText());
        if (settled.path("unacknowledged").asLong() > 0) {
            violations.add(
                    "%d batches of %d vehicles, of which %d are connected, were never acknowledged"
                            .formatted(
                                    settled.path("unacknowledged").asLong(),
                                    settled.path("waiting").asLong(),
                                    settled.path("waitingOnline").asLong()));
        }
        row("PUBACKs refused", settled.path("refused").asText());
        time("everything up again: presence right after", drive, limitS, true);
        drive.run("disconnect");
        time("all vehicles disconnected: all OFFLINE after", drive, limitS, true);
    }

    private void compare(Platform platform, Drive drive, Path own) throws IOException {
        Path file = own.resolve("acknowledged.bin");
        drive.run("acks file=" + file);
        StoredBatches.Comparison found = StoredBatches.read(platform.kafka()).compare(file);
        row("batches acknowledged", "%,d".formatted(found.acknowledged()));
        row("of these not in telemetry.can (must be 0)", "%,d".formatted(found.missing()));
        row("distinct batches stored", "%,d".formatted(found.stored()));
        row("records that repeat one (the pipeline drops them)", "%,d".formatted(found.repeated()));
        if (found.missing() > 0) {
            violations.add(found.missing() + " acknowledged batches are not stored");
        }
        if (found.acknowledged() == 0 || found.unnumbered() > 0) {
            violations.add("nothing acknowledged, or records without a number: " + found);
        }
    }

    /** Waits until presence is right; if it never is, that is a violation. */
    private void time(String what, Drive drive, double within, boolean must)
            throws IOException, InterruptedException {
        OptionalDouble took = drive.presenceRight(System.nanoTime(), within);
        seconds(what, took);
        if (took.isEmpty() && must) {
            Map<String, Integer> faults = drive.presenceFaults();
            violations.add(what + ": presence wrong after " + within + " s: " + faults);
        }
    }

    private void seconds(String what, OptionalDouble seconds) {
        row(
                what,
                seconds.isPresent()
                        ? String.format(Locale.ROOT, "%.1f s", seconds.getAsDouble())
                        : "not within the limit of " + limitS + " s");
    }

    private void row(String what, String value) {
        rows.add("| " + what + " | " + value + " |");
    }

    private String markdown() {
        StringBuilder text = new StringBuilder();
        text.append(violations.isEmpty() ? "**No violation.**\n" : "**Violations:**\n\n");
        violations.forEach(violation -> text.append("- ").append(violation).append('\n'));
        text.append("\n| | |\n|---|---|\n");
        rows.forEach(line -> text.append(line).append('\n'));
        text.append(
                """

                %,d vehicles, %,d batches of 200 B a second together at QoS 1, window 16, MQTT 5; two gateways and one Kafka,
                a process each (%d MB heap each, %d partitions). A vehicle that loses its connection tries the other gateway
                after a wait of at most %d ms (full jitter, doubled with every failure up to %d ms) and first sends again what was
                not acknowledged. Times have a resolution of about 0.3 s. Presence is right when the last record of every vehicle says
                ONLINE in the slot and the run to which it really is connected, or OFFLINE if it is not; limit for each recovery %d s.
                """
                        .formatted(
                                vehicles,
                                rate,
                                HEAP_MB,
                                partitions,
                                backoffMs,
                                maxBackoffMs,
                                limitS));
        return text.toString();
    }
}
