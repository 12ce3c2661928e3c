package dev.driveline.bench.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.server.Waiting;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks things of vehicles at a steady rate; whatever is not answered is asked again with the same
 * Idempotency-Key, until it is. Some are taken back. Thread-safe.
 */
final class CommandLoad implements AutoCloseable {

    private static final int CALLERS = 200;
    private static final int TAKEN_BACK_ONE_IN = 15;
    private static final long FIRST_WAIT_MS = 500;
    private static final long LONGEST_WAIT_MS = 8_000;
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
    private static final List<String> TYPES =
            List.of(
                    "{\"type\":\"doors.lock\",\"ttlS\":%d}",
                    "{\"type\":\"doors.unlock\",\"ttlS\":%d}",
                    "{\"type\":\"horn.honk\",\"ttlS\":%d}",
                    "{\"type\":\"lights.flash\",\"ttlS\":%d}",
                    "{\"type\":\"charge.limit\",\"params\":{\"percent\":80},\"ttlS\":%d}",
                    "{\"type\":\"climate.stop\",\"ttlS\":%d}");

    private final CommandRun run;
    private final int vehicles;
    private final SplittableRandom random;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> vinById = new ConcurrentHashMap<>();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong again = new AtomicLong();
    private @Nullable Thread pacer;
    private volatile boolean ended;

    CommandLoad(CommandRun run, int vehicles, long seed) {
        this.run = run;
        this.vehicles = vehicles;
        this.random = new SplittableRandom(seed);
    }

    /** Asks, {@code rate} a second, until {@link #end}. */
    void begin(int rate) {
        pacer = Thread.ofPlatform().daemon().name("load").start(() -> pace(rate));
    }

    private void pace(int rate) {
        long startNs = System.nanoTime();
        try {
            for (long number = 0; !ended; number++) {
                long waitMs =
                        TimeUnit.NANOSECONDS.toMillis(
                                startNs
                                        + TimeUnit.SECONDS.toNanos(number) / rate
                                        - System.nanoTime());
                if (waitMs > 0) {
                    Waiting.pause(waitMs);
                }
                String vin = Fleet.vin(random.nextInt(vehicles)).value();
                String body =
                        TYPES.get(random.nextInt(TYPES.size())).formatted(10 + random.nextInt(50));
                boolean takeBack = random.nextInt(TAKEN_BACK_ONE_IN) == 0;
                String key = "load-" + number;
                var _ = requests.submit(() -> ask(vin, body, key, takeBack));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Boolean ask(String vin, String body, String key, boolean takeBack)
            throws InterruptedException {
        asked.incrementAndGet();
        String caller = "caller-" + Math.floorMod(key.hashCode(), CALLERS);
        for (long waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
            try {
                HttpResponse<byte[]> answer =
                        send("POST", "/api/v1/vehicles/" + vin + "/commands", body, key, caller);
                if (answer.statusCode() == 202) {
                    JsonNode command = Json.tree(answer.body());
                    vinById.put(command.path("id").asText(), vin);
                    if (takeBack) {
                        var _ =
                                send(
                                        "DELETE",
                                        "/api/v1/commands/" + command.path("id").asText(),
                                        "",
                                        key + "-back",
                                        caller);
                    }
                    return true;
                }
                if (answer.statusCode() < 500) {
                    refused.incrementAndGet();
                    return false;
                }
            } catch (IOException away) {
                // Asked again below: it may have been accepted.
            }
            again.incrementAndGet();
            Waiting.pause(waitMs);
        }
    }

    private HttpResponse<byte[]> send(
            String method, String path, String body, String key, String caller)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(run.rest() + path))
                        .timeout(REQUEST_LIMIT)
                        .header("Authorization", "Bearer " + caller)
                        .header("Idempotency-Key", key)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    /** GET of JSON. */
    JsonNode get(String path) throws IOException, InterruptedException {
        return Json.tree(send("GET", path, "", "none", "checker").body());
    }

    /**
     * A batch over all vehicles, under way when it returns.
     *
     * @return its place
     */
    String beginBatch(int perSecond) throws IOException, InterruptedException {
        String spec =
                """
                {"type":"diagnostics.read","ttlS":60,"perSecond":%d,"concurrency":1000,
                 "stop":{"share":1.0,"minimum":%d},"select":{}}
                """
                        .formatted(perSecond, vehicles);
        HttpResponse<byte[]> made =
                send("POST", "/api/v1/commands:batch", spec, "batch", "batches");
        String place = "/api/v1/commands:batch/" + Json.tree(made.body()).path("id").asText();
        HttpResponse<byte[]> begun = send("POST", place + ":start", "{}", "batch-start", "batches");
        if (begun.statusCode() != 200) {
            throw new IOException(
                    "the batch is not under way: "
                            + new String(made.body(), StandardCharsets.UTF_8)
                            + new String(begun.body(), StandardCharsets.UTF_8));
        }
        return place;
    }

    /** Asks no more; whether all was answered in time. */
    boolean end(Duration limit) throws InterruptedException {
        ended = true;
        if (pacer != null) {
            pacer.join();
        }
        requests.shutdown();
        return requests.awaitTermination(limit.toSeconds(), TimeUnit.SECONDS);
    }

    /** The commands that were accepted, each with its vehicle. */
    Map<String, String> accepted() {
        return Map.copyOf(vinById);
    }

    long asked() {
        return asked.get();
    }

    /** Of these, answered with a problem for good. */
    long refused() {
        return refused.get();
    }

    /** Requests that were made again. */
    long again() {
        return again.get();
    }

    @Override
    public void close() {
        ended = true;
        requests.shutdownNow();
    }
}
