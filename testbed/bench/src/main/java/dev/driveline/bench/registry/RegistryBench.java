package dev.driveline.bench.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.bench.gateway.Report;
import dev.driveline.bench.server.Waiting;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast vehicles are imported, and how fast pages of the list come when all are there, in the
 * all-in-one without simulated vehicles. Status 1 if one was not imported.
 */
@Command(name = "bench-registry", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class RegistryBench implements Callable<Integer> {

    private static final int PAGE = 100;
    private static final int WARM_UP = 200;
    private static final int REGIONS = 10;
    private static final int SERIES = 1_000;
    private static final String READER = "command-dispatcher";
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(5);
    private static final long SETTLE_POLL_MS = 500;
    private static final String PREFIX = "WDRVB0REG";

    @Option(names = "--vehicles", defaultValue = "100000")
    private int vehicles;

    @Option(names = "--pages", defaultValue = "1000", description = "Of each kind.")
    private int pages;

    @Option(names = "--mode", defaultValue = "all-or-nothing", description = "Or best-effort.")
    private String mode = "";

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final HttpClient client = HttpClient.newHttpClient();
    private final SplittableRandom random = new SplittableRandom(1);

    private RegistryBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new RegistryBench())
                        // make names the file of the result, whoever calls make may name another.
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("The registry with " + vehicles + " vehicles");
        Path data = Files.createTempDirectory("bench-registry");
        report.say("the platform starts …");
        try (AllInOne platform =
                AllInOne.start(AllInOneConfig.onFreePorts(data).withVehicles(0), step -> {})) {
            send(platform, "POST", "/api/v1/models", "{\"id\":\"bench\",\"name\":\"Bench\"}");
            StringBuilder rows = new StringBuilder("| | |\n|---|---:|\n");
            report.say("import …");
            boolean whole = load(platform, rows);
            report.say("pages while the facts go out …");
            pages(platform, "", "page of 100 just after the import", rows);
            awaitFactsTaken(platform);
            report.say("pages …");
            pages(platform, "", "page of 100", rows);
            pages(platform, "&label=region:r3", "page of 100, label of a tenth", rows);
            pages(platform, "&label=series:s77", "page of 100, label of a thousandth", rows);
            pages(platform, "&state=ACTIVE&model=bench", "page of 100, model and state", rows);
            report.add(rows.toString());
            report.add(
                    "The all-in-one (all services, Kafka, PostgreSQL with fsync) and the caller share the cores. "
                            + mode
                            + ", CSV of six columns, a TBox and three labels a vehicle; the time is that of the "
                            + "whole answer: rows, audit and outbox committed. One caller, one page after the other, "
                            + "each from a random VIN on; "
                            + pages
                            + " pages of each kind after "
                            + WARM_UP
                            + " to warm up. Just after the import the outbox sends a fact a vehicle, and pipeline and "
                            + "command service take them; all other pages are measured when all are taken.");
            report.finish(result);
            return whole ? 0 : 1;
        }
    }

    private boolean load(AllInOne platform, StringBuilder rows)
            throws IOException, InterruptedException {
        StringBuilder csv =
                new StringBuilder(
                        "vin,model,state,tboxSerial,label.region,label.series,label.site\n");
        for (int i = 0; i < vehicles; i++) {
            csv.append(vin(i))
                    .append(",bench,ACTIVE,BR-")
                    .append(i)
                    .append(",r")
                    .append(i % REGIONS)
                    .append(",s")
                    .append(i % SERIES)
                    .append(",plant\n");
        }
        HttpRequest request =
                request(platform, "/api/v1/vehicles:import?mode=" + mode)
                        .header("Content-Type", "text/csv")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        csv.toString().getBytes(StandardCharsets.UTF_8)))
                        .build();
        long startNs = System.nanoTime();
        String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body().strip();
        double seconds = (System.nanoTime() - startNs) / 1e9;
        String last = answer.substring(answer.lastIndexOf('\n') + 1);
        JsonNode summary = Json.tree(last.getBytes(StandardCharsets.UTF_8)).path("summary");
        int added = summary.at("/count/added").asInt();
        row(rows, "vehicles imported", added, 0);
        row(rows, "seconds", seconds, 1);
        row(rows, "vehicles a second", added / seconds, 0);
        return added == vehicles;
    }

    /** Until every fact has gone to Kafka and the last of its readers has it. */
    private void awaitFactsTaken(AllInOne platform) throws InterruptedException, IOException {
        long deadlineNs = System.nanoTime() + SETTLE_LIMIT.toNanos();
        try (Admin admin =
                Admin.create(
                        Map.of(
                                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                                platform.kafkaBootstrap()))) {
            while (!factsTaken(admin)) {
                if (System.nanoTime() > deadlineNs) {
                    throw new IOException(
                            "facts are still under way " + SETTLE_LIMIT + " after the import");
                }
                Waiting.pause(SETTLE_POLL_MS);
            }
        } catch (ExecutionException failed) {
            throw new IOException("Kafka does not tell how far its readers are", failed);
        }
    }

    private boolean factsTaken(Admin admin) throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> taken = new HashMap<>();
        admin.listConsumerGroupOffsets(READER)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> {
                    if (partition.topic().equals(Topic.REGISTRY_VEHICLES.baseName())) {
                        taken.put(partition, offset == null ? 0 : offset.offset());
                    }
                });
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        taken.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
        long left = 0;
        for (var end : admin.listOffsets(ends).all().get().entrySet()) {
            left += end.getValue().offset() - taken.getOrDefault(end.getKey(), 0L);
        }
        long read = taken.values().stream().mapToLong(Long::longValue).sum();
        return read >= vehicles && left == 0;
    }

    private void pages(AllInOne platform, String filter, String name, StringBuilder rows)
            throws IOException, InterruptedException {
        Histogram us = new Histogram(3);
        long vehiclesSeen = 0;
        for (int i = -WARM_UP; i < pages; i++) {
            String path =
                    "/api/v1/vehicles?limit="
                            + PAGE
                            + "&cursor="
                            + vin(random.nextInt(vehicles))
                            + filter;
            long startNs = System.nanoTime();
            JsonNode page = send(platform, "GET", path, "");
            if (i >= 0) {
                us.recordValue((System.nanoTime() - startNs) / 1_000);
                vehiclesSeen += page.path("items").size();
            }
        }
        row(rows, name + ", p50, ms", us.getValueAtPercentile(50) / 1_000.0, 1);
        row(rows, name + ", p99, ms", us.getValueAtPercentile(99) / 1_000.0, 1);
        row(rows, name + ", vehicles on it", (double) vehiclesSeen / pages, 1);
    }

    private static void row(StringBuilder rows, String name, double value, int digits) {
        rows.append("| ")
                .append(name)
                .append(" | ")
                .append(String.format(Locale.ROOT, "%,." + digits + "f", value))
                .append(" |\n");
    }

    private static String vin(int number) {
        return PREFIX + "%08d".formatted(number);
    }

    private JsonNode send(AllInOne platform, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                request(platform, path)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300) {
            throw new IOException(
                    method
                            + " "
                            + path
                            + " answered "
                            + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return Json.tree(answer.body());
    }

    private static HttpRequest.Builder request(AllInOne platform, String path) {
        return HttpRequest.newBuilder(platform.api().resolve(path))
                .header("Authorization", "Bearer " + platform.operatorToken());
    }
}
