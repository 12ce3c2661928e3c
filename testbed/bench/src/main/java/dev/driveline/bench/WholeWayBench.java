package dev.driveline.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.Enrolment;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.Provisioning;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The first figures of the whole platform in one process: start, memory, and the time from REST
 * accept to the vehicle's result for commands sent at a steady rate (open loop).
 *
 * <p>Everything, vehicle included, shares the machine; the figures are of this scenario only.
 */
public final class WholeWayBench {

    private static final int WARM_UP = 400;
    private static final int COMMANDS = 600;
    // One command of a vehicle and actuator is in flight at once: a single vehicle would measure
    // its own queue.
    private static final int VEHICLES = 20;
    private static final long INTERVAL_MS = 50;
    private static final String[] STATES = {"SENT", "DELIVERED", "SUCCEEDED"};

    private final AllInOne platform;
    private final HttpClient client = HttpClient.newHttpClient();
    private final PrintStream out;

    private WholeWayBench(AllInOne platform, PrintStream out) {
        this.platform = platform;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Path data = Files.createTempDirectory("bench");
        long startNs = System.nanoTime();
        AllInOne platform =
                AllInOne.start(AllInOneConfig.onFreePorts(data).withVehicles(5), step -> {});
        out.printf("start, data folder empty: %.1f s%n", (System.nanoTime() - startNs) / 1e9);
        try {
            new WholeWayBench(platform, out).run(data);
        } finally {
            platform.close();
        }
        System.exit(0);
    }

    private void run(Path data) throws Exception {
        List<Vin> vins = new ArrayList<>();
        List<TBox> boxes = new ArrayList<>();
        for (int number = 1; number <= VEHICLES; number++) {
            Vin vin = Vin.of("WDRVB0000NA%06d".formatted(number));
            TBox box = box(vin, data);
            box.start();
            while (!box.isConnected()) {
                pause(50);
            }
            vins.add(vin);
            boxes.add(box);
        }
        send(vins, WARM_UP);
        Map<String, Histogram> times = send(vins, COMMANDS);
        boxes.forEach(TBox::close);
        out.printf(
                "commands: %d at %d/s to %d vehicles in turn, five more driving; from REST accept to, ms%n",
                COMMANDS, 1_000 / INTERVAL_MS, VEHICLES);
        for (String state : STATES) {
            Histogram histogram = times.get(state);
            if (histogram != null) {
                out.printf(
                        "  %-10s n %d  p50 %.1f  p99 %.1f  max %.1f%n",
                        state,
                        histogram.getTotalCount(),
                        histogram.getValueAtPercentile(50) / 1_000.0,
                        histogram.getValueAtPercentile(99) / 1_000.0,
                        histogram.getMaxValue() / 1_000.0);
            }
        }
        String memory =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .findFirst()
                        .orElse("");
        out.println(
                "resident memory of the platform's process (PostgreSQL apart): "
                        + memory.replaceAll("\\s+", " "));
    }

    /** Sends at a steady rate, waits for all, and reads each step's time from the audit. */
    private Map<String, Histogram> send(List<Vin> vins, int count)
            throws IOException, InterruptedException {
        String[] ids = new String[count];
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long waitMs = (startNs + i * INTERVAL_MS * 1_000_000 - System.nanoTime()) / 1_000_000;
            if (waitMs > 0) {
                pause(waitMs);
            }
            ids[i] =
                    call(
                                    "POST",
                                    "/api/v1/vehicles/" + vins.get(i % vins.size()) + "/commands",
                                    "{\"type\":\"horn.honk\"}")
                            .path("id")
                            .asText();
        }
        pause(3_000);
        Map<String, Histogram> times = new HashMap<>();
        for (String id : ids) {
            Instant accepted = null;
            for (JsonNode step : call("GET", "/api/v1/audit/commands/" + id, "").path("items")) {
                Instant at = Instant.parse(step.path("at").asText());
                accepted = accepted == null ? at : accepted;
                long us = ChronoUnit.MICROS.between(accepted, at);
                times.computeIfAbsent(step.path("state").asText(), first -> new Histogram(3))
                        .recordValue(Math.max(0, us));
            }
        }
        return times;
    }

    private TBox box(Vin vin, Path data) throws Exception {
        Path own = Files.createDirectories(data.resolve(vin.value()));
        Path dev = platform.config().dev();
        String serial = "BENCH-" + vin;
        try (Provisioning provisioning =
                new Provisioning(platform.api(), platform.operatorToken())) {
            provisioning.vehicle(vin, "driveline-petrol", serial, Map.of());
            new Enrolment(platform.est(), Pem.certificates(dev.resolve("ca.crt")))
                    .withToken(own, serial, provisioning.enrolmentToken(serial));
        }
        TBoxConfig config =
                TBoxConfig.driving(
                        vin,
                        own,
                        "localhost",
                        platform.gatewayPort(),
                        dev.resolve("ca.crt"),
                        dev.resolve("command-root.pem"));
        return new TBox(
                config, (type, params) -> new Actuators.Outcome.Done(Map.of()), Clock.systemUTC());
    }

    private JsonNode call(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(platform.api().resolve(path))
                        .header("Authorization", "Bearer " + platform.operatorToken())
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300) {
            throw new IOException(method + " " + path + " answered " + answer.statusCode());
        }
        return Json.tree(answer.body());
    }

    private static void pause(long ms) throws InterruptedException {
        var _ = new CountDownLatch(1).await(ms, TimeUnit.MILLISECONDS);
    }
}
