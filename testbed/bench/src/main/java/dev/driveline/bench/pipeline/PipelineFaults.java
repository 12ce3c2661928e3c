package dev.driveline.bench.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.gateway.Report;
import dev.driveline.bench.server.Child;
import dev.driveline.bench.server.Waiting;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * All decoded recordings driven through a pipeline that is killed at random moments, with batches
 * sent twice and out of order. What is stored must be what an independent decoder says, once.
 * Status 1 on a violation.
 */
@Command(name = "faults-pipeline", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class PipelineFaults implements Callable<Integer> {

    private static final long BATCH_US = 400_000;
    private static final long VEHICLE_APART_MS = 3_000;
    private static final int REORDERED_BY = 10;
    private static final long STORED_LIMIT_MS = 180_000;

    @Option(names = "--data", defaultValue = "../shared/data", description = "Recorded drives.")
    private Path data = Path.of("");

    @Option(names = "--vehicles", defaultValue = "4", description = "Of each recording.")
    private int vehicles;

    @Option(names = "--kills", defaultValue = "10")
    private int kills;

    @Option(names = "--least", defaultValue = "3000", description = "ms from a start to a kill.")
    private int leastMs;

    @Option(names = "--most", defaultValue = "12000", description = "ms likewise.")
    private int mostMs;

    @Option(names = "--seed", defaultValue = "1", description = "Of the kills and the disorder.")
    private long seed;

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final List<String> violations = new ArrayList<>();
    private final StringBuilder rows = new StringBuilder("| | |\n|---|---:|\n");

    private PipelineFaults() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new PipelineFaults())
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    /** One vehicle's drive. */
    private record Driven(Vin vin, Recording recording, List<byte[]> batches, long startUs) {}

    @Override
    public Integer call() throws Exception {
        List<Recording> recordings =
                List.of(Recording.toyota(data), Recording.truck(data), Recording.tesla(data));
        Report report = new Report("The pipeline killed at random moments");
        SplittableRandom random = new SplittableRandom(seed);
        Path folder = Files.createTempDirectory("faults-pipeline");
        report.say("Kafka and PostgreSQL start …");
        try (PipelineRig rig = new PipelineRig(folder)) {
            List<Driven> drives = drives(rig, recordings);
            Thread sender =
                    Thread.ofPlatform().start(() -> send(rig, drives, new SplittableRandom(seed)));
            killAgainAndAgain(rig, report, random);
            sender.join();
            report.say("everything is sent; what is left is stored …");
            rig.start();
            boolean stored = awaitStored(rig, drives);
            if (!stored) {
                violations.add(
                        "after %d s not all batches were stored"
                                .formatted(STORED_LIMIT_MS / 1_000));
            }
            report.say("compared with the independent decoder …");
            compare(rig, drives);
        }
        report.add(
                violations.isEmpty()
                        ? "**No violation.**\n"
                        : "**Violations:**\n\n- " + String.join("\n- ", violations) + "\n");
        report.add(rows.toString());
        report.add(
                "%d vehicles each drive the recordings of a Toyota, a truck (J1939 and GPS) and a Tesla, in batches of %d ms; every third batch is sent twice, none further than %d from its place. The pipeline's process is killed (-9) %d times, %d to %d ms after its start, while batches are decoded, stored and joined into slices. Then every sample of every signal, read back over REST, is compared with the independent decoder's value and time."
                        .formatted(
                                vehicles, BATCH_US / 1_000, REORDERED_BY, kills, leastMs, mostMs));
        report.finish(result);
        return violations.isEmpty() ? 0 : 1;
    }

    private List<Driven> drives(PipelineRig rig, List<Recording> recordings) {
        long startUs =
                ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now().minus(1, ChronoUnit.DAYS));
        List<Driven> drives = new ArrayList<>();
        for (Recording recording : recordings) {
            CatalogueRef ref = rig.publish(recording.name(), recording.catalogue());
            for (int i = 0; i < vehicles; i++) {
                Vin vin = Vin.of("WDRVB0PPF%08d".formatted(drives.size()));
                rig.publish(vin, ref);
                drives.add(
                        new Driven(
                                vin,
                                recording,
                                recording.batches(drives.size() + 1L, startUs, 1, BATCH_US),
                                startUs));
            }
        }
        rig.flush();
        return drives;
    }

    /** One vehicle after the other, so that some are joined into slices while others drive. */
    private static void send(PipelineRig rig, List<Driven> drives, SplittableRandom random) {
        try {
            for (Driven drive : drives) {
                for (byte[] batch : disturbed(drive.batches(), random)) {
                    rig.batch(
                            drive.vin(),
                            batch,
                            ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
                    Waiting.pause(VEHICLE_APART_MS / drive.batches().size());
                }
                rig.flush();
                Waiting.pause(VEHICLE_APART_MS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<byte[]> disturbed(List<byte[]> batches, SplittableRandom random) {
        TreeMap<Integer, byte[]> order = new TreeMap<>();
        for (int i = 0; i < batches.size(); i++) {
            for (int copy = 0; copy < (i % 3 == 0 ? 2 : 1); copy++) {
                int place = 1_000 * (i + random.nextInt(REORDERED_BY)) + random.nextInt(1_000);
                while (order.containsKey(place)) {
                    place++;
                }
                order.put(place, batches.get(i));
            }
        }
        return List.copyOf(order.values());
    }

    private void killAgainAndAgain(PipelineRig rig, Report report, SplittableRandom random)
            throws IOException, InterruptedException {
        for (int kill = 1; kill <= kills; kill++) {
            Child pipeline = rig.startChild();
            Waiting.pause(random.nextInt(leastMs, mostMs));
            if (!pipeline.isAlive()) {
                violations.add("the pipeline ended by itself: " + pipeline.lastWords());
            }
            pipeline.kill();
            report.say("killed " + kill + " of " + kills);
        }
    }

    private static boolean awaitStored(PipelineRig rig, List<Driven> drives)
            throws IOException, InterruptedException, SQLException {
        long untilNs = System.nanoTime() + STORED_LIMIT_MS * 1_000_000;
        long batches = drives.stream().mapToLong(drive -> drive.batches().size()).sum();
        while (rig.number("select coalesce(sum(batches), 0) from intake") < batches
                || rig.number("select count(*) from recent") > 0) {
            if (System.nanoTime() > untilNs) {
                return false;
            }
            Waiting.pause(200);
        }
        return true;
    }

    private record Value(long tUs, BigDecimal raw) {}

    private void compare(PipelineRig rig, List<Driven> drives)
            throws IOException, InterruptedException, SQLException {
        Map<String, Map<String, List<Value>>> oracles = new TreeMap<>();
        long samples = 0;
        for (Driven drive : drives) {
            String name = drive.recording().name();
            if (!oracles.containsKey(name)) {
                oracles.put(name, oracle(data.resolve(name).resolve("expected.jsonl.gz")));
            }
            samples += compare(rig, drive, oracles.getOrDefault(name, Map.of()));
        }
        rows.append("| samples compared | %,d |%n".formatted(samples));
        rows.append(
                "| batches sent, repetitions apart | %,d |%n"
                        .formatted(drives.stream().mapToLong(d -> d.batches().size()).sum()));
        rows.append("| kills | %d |%n".formatted(kills));
        rows.append("| slices | %,d |%n".formatted(rig.number("select count(*) from history")));
        rows.append("| violations | %d |%n".formatted(violations.size()));
    }

    private long compare(PipelineRig rig, Driven drive, Map<String, List<Value>> oracle)
            throws IOException, InterruptedException {
        long shiftUs = drive.startUs() - drive.recording().firstUs();
        long samples = 0;
        for (var signal : oracle.entrySet()) {
            List<Value> stored = stored(rig, drive, signal.getKey(), shiftUs);
            samples += stored.size();
            if (!stored.equals(signal.getValue())) {
                violations.add(
                        "%s of %s (%s): %d samples are stored, %d were sent; the first that differs is number %d"
                                .formatted(
                                        signal.getKey(),
                                        drive.vin(),
                                        drive.recording().name(),
                                        stored.size(),
                                        signal.getValue().size(),
                                        firstDifference(stored, signal.getValue())));
            }
        }
        return samples;
    }

    private static int firstDifference(List<Value> one, List<Value> other) {
        int i = 0;
        while (i < one.size() && i < other.size() && one.get(i).equals(other.get(i))) {
            i++;
        }
        return i;
    }

    private static List<Value> stored(PipelineRig rig, Driven drive, String signal, long shiftUs)
            throws IOException, InterruptedException {
        Instant from = Instant.EPOCH.plus(drive.startUs(), ChronoUnit.MICROS);
        byte[] text =
                rig.get(
                        "/api/v1/vehicles/%s/history?signal=%s&from=%s&to=%s"
                                .formatted(
                                        drive.vin(),
                                        URLEncoder.encode(signal, StandardCharsets.UTF_8),
                                        from,
                                        from.plus(1, ChronoUnit.HOURS)),
                        "application/x-ndjson");
        List<Value> values = new ArrayList<>();
        for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
            JsonNode sample = Json.read(line, JsonNode.class);
            values.add(
                    new Value(
                            sample.get("t").longValue() - shiftUs,
                            number(sample.get("raw").asText())));
        }
        return values;
    }

    /** What the independent decoder says, by full name in the order of the log. */
    private static Map<String, List<Value>> oracle(Path file) throws IOException {
        Map<String, List<Value>> values = new TreeMap<>();
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                JsonNode line = Json.read(text, JsonNode.class);
                long tUs =
                        new BigDecimal(line.get("t").textValue())
                                .movePointRight(6)
                                .longValueExact();
                String prefix = line.get("bus").textValue() + "." + line.get("msg").textValue();
                line.get("raw")
                        .properties()
                        .forEach(raw ->
                                values.computeIfAbsent(
                                                prefix + "." + raw.getKey(), _ -> new ArrayList<>())
                                        .add(new Value(tUs, number(raw.getValue().asText()))));
            }
        }
        return values;
    }

    /** 3 and 3.0 are the same. */
    private static BigDecimal number(String text) {
        BigDecimal number = new BigDecimal(text).stripTrailingZeros();
        return number.signum() == 0 ? BigDecimal.ZERO : number;
    }
}
