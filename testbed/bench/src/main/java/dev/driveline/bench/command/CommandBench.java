package dev.driveline.bench.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.gateway.Report;
import dev.driveline.bench.gateway.WorkFolder;
import dev.driveline.bench.server.Waiting;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a command takes, at a steady rate whatever the platform does (open loop), up to the
 * highest rate that it holds; and how fast the queues of vehicles that were away are emptied.
 * Status 1 if a command did not end as SUCCEEDED.
 */
@Command(name = "bench-commands", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class CommandBench implements Callable<Integer> {

    /** A type may have 60,000 a minute of a tenant. */
    private static final int TYPES = 4;

    private static final int WAITING_TTL_S = 3_600;
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(30);
    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(20);
    private static final long HIGHEST_US = 120_000_000;
    private static final double HELD_MS = 1_000;

    @Option(names = "--vehicles", defaultValue = "2000")
    private int vehicles;

    @Option(
            names = "--rates",
            split = ",",
            defaultValue = "50,100,200,300,400,600",
            description = "Commands a second, until one is not held.")
    private List<Integer> rates = List.of();

    @Option(names = "--seconds", defaultValue = "30", description = "At each rate.")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "240",
            description = "Seconds on the way to the first rate: four JVMs compile.")
    private int warmUpS;

    @Option(names = "--queued", defaultValue = "100000", description = "While all are away.")
    private int queued;

    @Option(names = "--folder", defaultValue = "testbed/bench/target/command-bench")
    private Path folder = Path.of("");

    @Option(names = "--fleet", defaultValue = "testbed/bench/target/fleet")
    private Path fleetFolder = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Course> courses = new ConcurrentHashMap<>();
    private final AtomicInteger succeeded = new AtomicInteger();
    private final Map<String, Integer> otherwise = new ConcurrentSkipListMap<>();
    private final StringBuilder text = new StringBuilder();

    private CommandBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new CommandBench())
                        // make names the file of the result, whoever calls make may name another.
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    /** When what happened to one command, in nanoseconds; 0 for not yet. */
    private static final class Course {
        volatile long intended;
        volatile long accepted;
        volatile long onSocket;
        volatile long delivered;
        volatile long succeeded;
    }

    /** How far a command is, and when it was. */
    private enum Stage {
        ACCEPTED("answered with 202"),
        ON_SOCKET("PUBLISH on the vehicle's socket"),
        DELIVERED("PUBACK, as DELIVERED on command.events"),
        SUCCEEDED("result, as SUCCEEDED on command.events");

        private final String text;

        Stage(String text) {
            this.text = text;
        }

        private long ns(Course course) {
            return switch (this) {
                case ACCEPTED -> course.accepted;
                case ON_SOCKET -> course.onSocket;
                case DELIVERED -> course.delivered;
                case SUCCEEDED -> course.succeeded;
            };
        }

        /** From the moment at which the request was to be made, in microseconds. */
        Histogram times(Collection<Course> courses) {
            Histogram us = new Histogram(HIGHEST_US, 3);
            for (Course course : courses) {
                long at = ns(course);
                // Not every DELIVERED comes before the result that makes up for it.
                if (course.intended != 0 && at != 0) {
                    us.recordValue(Math.clamp((at - course.intended) / 1_000, 0, HIGHEST_US));
                }
            }
            return us;
        }
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("Commands");
        report.say("Kafka, gateway, PostgreSQL, command service, " + vehicles + " vehicles …");
        try (CommandRun run = new CommandRun(WorkFolder.fresh(folder), fleetFolder, vehicles);
                ListeningFleet fleet =
                        new ListeningFleet(run, fleetFolder, vehicles, this::onSocket);
                TailReader _ = follow(run)) {
            addTypes(run);
            fleet.connect();
            report.say("warm-up …");
            for (int quarter = 1; quarter <= 4; quarter++) {
                var _ = atRate(run, Math.max(1, rates.getFirst() * quarter / 4), warmUpS / 4);
            }
            text.append(
                    "| commands/s | | p50, ms | p99, ms | p99.9, ms | highest, ms |\n|---:|---|---:|---:|---:|---:|\n");
            boolean held = true;
            for (int i = 0; held && i < rates.size(); i++) {
                report.say(rates.get(i) + " a second …");
                held = atRate(run, rates.get(i), seconds).write(rates.get(i), text);
            }
            report.add(text.toString());
            text.setLength(0);
            drain(report, run, fleet);
            report.add(text.toString());
        }
        report.add(
                "Commands that ended otherwise, the warm-up's included: "
                        + (otherwise.isEmpty() ? "none" : otherwise)
                        + ".\n");
        report.add(explanation());
        report.finish(result);
        return otherwise.isEmpty() ? 0 : 1;
    }

    private void onSocket(String id, long ns) {
        course(id).onSocket = ns;
    }

    private Course course(String id) {
        return courses.computeIfAbsent(id, _ -> new Course());
    }

    private TailReader follow(CommandRun run) throws InterruptedException {
        return TailReader.start(
                "bench",
                run.kafka().consumer("bench"),
                run.kafka().prefix().of(Topic.COMMAND_EVENTS),
                IntStream.range(0, run.kafka().partitions()).boxed().toList(),
                TailReader.From.END,
                record -> step(Json.tree(record.value()), System.nanoTime()));
    }

    private void step(JsonNode event, long ns) {
        switch (event.path("state").asText()) {
            case "DELIVERED" -> course(event.path("id").asText()).delivered = ns;
            case "SUCCEEDED" -> {
                course(event.path("id").asText()).succeeded = ns;
                succeeded.incrementAndGet();
            }
            case "FAILED", "REJECTED", "EXPIRED", "OUTCOME_UNKNOWN" ->
                    otherwise.merge(event.path("state").asText(), 1, Integer::sum);
            default -> {}
        }
    }

    private void addTypes(CommandRun run) throws IOException, InterruptedException {
        for (int type = 0; type < TYPES; type++) {
            HttpResponse<byte[]> answer =
                    send(
                            run,
                            "PUT",
                            "/api/v1/command-types/bench.type" + type,
                            """
                            {"title":"Measure","domain":"bench","defaultTtlS":60,"maxTtlS":3600,"resultWithinS":60,
                             "parameters":{"type":"object"},
                             "limits":{"perVehicle":600,"perCaller":60000,"perTenant":60000}}
                            """);
            if (answer.statusCode() != 201) {
                throw new IOException(
                        "type not taken: " + new String(answer.body(), StandardCharsets.UTF_8));
            }
        }
    }

    /** What came of one rate. */
    private record Measured(int asked, List<Course> courses, double serviceMs, double othersMs) {

        /** Whether all ended, and 99 of 100 were on the socket within a second. */
        boolean write(int rate, StringBuilder to) {
            for (Stage stage : Stage.values()) {
                Histogram us = stage.times(courses);
                to.append(
                        String.format(
                                Locale.ROOT,
                                "| %s | %s | %.1f | %.1f | %.1f | %.1f |%n",
                                rate,
                                stage.text,
                                us.getValueAtPercentile(50) / 1e3,
                                us.getValueAtPercentile(99) / 1e3,
                                us.getValueAtPercentile(99.9) / 1e3,
                                us.getMaxValue() / 1e3));
            }
            long ended =
                    courses.stream()
                            .filter(course -> course.intended != 0 && course.succeeded != 0)
                            .count();
            boolean held =
                    ended == asked
                            && Stage.ON_SOCKET.times(courses).getValueAtPercentile(99) / 1e3
                                    < HELD_MS;
            to.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %,d of %,d succeeded, %s; CPU a command: service %.1f ms, gateway and Kafka %.1f ms | | | | |%n",
                            rate,
                            ended,
                            asked,
                            held ? "held" : "**not held**",
                            serviceMs,
                            othersMs));
            return held;
        }
    }

    private Measured atRate(CommandRun run, int rate, int forSeconds)
            throws IOException, InterruptedException {
        courses.clear();
        succeeded.set(0);
        int count = rate * forSeconds;
        CommandRun.Cpu before = run.cpu();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            long startNs = System.nanoTime();
            for (int number = 0; number < count; number++) {
                long intendedNs = startNs + TimeUnit.SECONDS.toNanos(number) / rate;
                long waitNs = intendedNs - System.nanoTime();
                if (waitNs > 0) {
                    TimeUnit.NANOSECONDS.sleep(waitNs);
                }
                int vehicle = number % vehicles;
                int type = number % TYPES;
                var _ = callers.submit(() -> ask(run, vehicle, type, 60, intendedNs));
            }
        }
        var _ = Waiting.until(END_LIMIT, () -> succeeded.get() >= count);
        CommandRun.Cpu after = run.cpu();
        return new Measured(
                count,
                List.copyOf(courses.values()),
                (after.serviceMs() - before.serviceMs()) / (double) count,
                (after.othersMs() - before.othersMs()) / (double) count);
    }

    private Void ask(CommandRun run, int vehicle, int type, int ttlS, long intendedNs)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                send(
                        run,
                        "POST",
                        "/api/v1/vehicles/" + Fleet.vin(vehicle) + "/commands",
                        "{\"type\":\"bench.type" + type + "\",\"ttlS\":" + ttlS + "}");
        long ns = System.nanoTime();
        if (answer.statusCode() != 202) {
            otherwise.merge("answered with " + answer.statusCode(), 1, Integer::sum);
            return null;
        }
        Course course = course(Json.tree(answer.body()).path("id").asText());
        course.accepted = ns;
        course.intended = intendedNs;
        return null;
    }

    private void drain(Report report, CommandRun run, ListeningFleet fleet)
            throws IOException, InterruptedException {
        report.say("all vehicles leave; " + queued + " commands are to wait …");
        fleet.disconnect();
        courses.clear();
        succeeded.set(0);
        long startNs = System.nanoTime();
        Semaphore places = new Semaphore(64);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int number = 0; number < queued; number++) {
                int vehicle = number % vehicles;
                int type = number % TYPES;
                places.acquire();
                var _ =
                        callers.submit(() -> {
                            try {
                                return ask(run, vehicle, type, WAITING_TTL_S, startNs);
                            } finally {
                                places.release();
                            }
                        });
            }
        }
        double acceptS = (System.nanoTime() - startNs) / 1e9;
        CommandRun.Cpu before = run.cpu();
        report.say("they come back …");
        long backNs = System.nanoTime();
        fleet.connect();
        double connectS = (System.nanoTime() - backNs) / 1e9;
        boolean drained = Waiting.until(DRAIN_LIMIT, () -> succeeded.get() >= queued);
        double drainS = (System.nanoTime() - backNs) / 1e9;
        CommandRun.Cpu after = run.cpu();
        text.append("\n| while all vehicles were away | |\n|---|---:|\n");
        row("commands accepted and kept waiting", "%,d".formatted(queued));
        row("accepted a second", "%,.0f".formatted(queued / acceptS));
        row("vehicles that came back", "%,d within %.0f s".formatted(vehicles, connectS));
        row("seconds from the first back to the last result", "%,.0f".formatted(drainS));
        row("commands a second", "%,.0f".formatted(queued / drainS));
        row("succeeded", "%,d".formatted(succeeded.get()));
        row(
                "CPU a command: service; gateway and Kafka, ms",
                "%.1f; %.1f"
                        .formatted(
                                (after.serviceMs() - before.serviceMs()) / (double) queued,
                                (after.othersMs() - before.othersMs()) / (double) queued));
        if (!drained) {
            otherwise.merge("not drained", 1, Integer::sum);
        }
    }

    private void row(String what, String value) {
        text.append("| ").append(what).append(" | ").append(value).append(" |\n");
    }

    private HttpResponse<byte[]> send(CommandRun run, String method, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(run.rest() + path))
                        .timeout(REQUEST_LIMIT)
                        .header("Authorization", "Bearer bench")
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private String explanation() {
        return """
        One command service, one gateway, one Kafka (a process each), a PostgreSQL with fsync; caller and %,d vehicles (MQTT 5,
        mutual TLS, a certificate each) in one more process on the same cores. A vehicle answers SUCCEEDED as soon as a command
        is on its socket. Times are from the moment at which the request was to be made, whether or not the caller was
        late with it (open loop); what stands on command.events is what any backend would see. A rate is held when every
        command succeeded and 99 of 100 were on the socket within a second. In the queue are %,d commands a vehicle of
        one domain, so that each waits for the result of the one before.
        """
                .formatted(vehicles, queued / vehicles);
    }
}
