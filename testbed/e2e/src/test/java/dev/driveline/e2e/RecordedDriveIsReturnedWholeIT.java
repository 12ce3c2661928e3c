package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.Provisioning;
import dev.driveline.simulator.ReplaySource;
import dev.driveline.simulator.TBox;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestData;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real recordings the whole way: TBox, mutual TLS, gateway (restarted on the way), Kafka, pipeline,
 * PostgreSQL, REST; every raw value is compared with the independent decoder's.
 */
class RecordedDriveIsReturnedWholeIT {

    @TempDir static Path folder;
    private static AllInOne platform;

    @BeforeAll
    static void start() throws Exception {
        platform = AllInOne.start(AllInOneConfig.onFreePorts(folder.resolve("data")), step -> {});
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void toyota() throws Exception {
        drive(
                "toyota",
                Vin.of("WDRVR0000NA000001"),
                List.of(
                        bus("can0", "EXACT", "toyota/toyota_new_mc_pt_generated.dbc"),
                        bus("can1", "EXACT", "toyota/toyota_adas.dbc")));
    }

    @Test
    void truck() throws Exception {
        drive(
                "truck",
                Vin.of("WDRVR0000NA000002"),
                List.of(
                        bus("can1", "J1939", "truck/j1939.dbc"),
                        bus("can2", "EXACT", "truck/canmod-gps.dbc")));
    }

    private void drive(String recording, Vin vin, List<Provisioning.Bus> buses) throws Exception {
        Path log = TestData.path(recording + "/log.gz");
        Map<String, List<BigInteger>> expected =
                expected(TestData.path(recording + "/expected.jsonl.gz"));
        JsonNode summary =
                Json.tree(Files.readAllBytes(TestData.path(recording + "/full-summary.json")));
        Desk desk = Desk.of(platform);
        desk.model(recording, buses);
        try (TBox box =
                new TBox(
                        desk.enrolled(vin, recording, folder).withLossless(32),
                        nothing(),
                        Clock.systemUTC())) {
            box.start();
            CompletableFuture<Long> drive =
                    box.drive(new ReplaySource(log, 0, false, Clock.systemUTC()));
            Eventually.within(Duration.ofMinutes(1))
                    .that("some batches are acknowledged", () -> box.acknowledgedBatches() > 5);
            platform.restartGateway();
            assertEquals(summary.path("frames").asLong(), drive.get(120, TimeUnit.SECONDS));
            awaitStored(desk, vin, box.acknowledgedBatches(), summary);
        }
        compare(desk, vin, recording, expected, summary);
    }

    /** The writer is behind the acknowledgement by as long as it takes. */
    private static void awaitStored(Desk desk, Vin vin, long batches, JsonNode summary) {
        Eventually.within(Duration.ofMinutes(2))
                .that(
                        "all " + batches + " batches are stored",
                        () -> desk.intake(vin, "batches") >= batches);
        assertEquals(batches, desk.intake(vin, "batches"), "not one batch doubled");
        assertEquals(0, desk.intake(vin, "missingBatches"), "not one batch missing");
        assertEquals(
                summary.path("frames").asLong(),
                desk.intake(vin, "frames"),
                "not one frame lost or doubled");
    }

    private static void compare(
            Desk desk,
            Vin vin,
            String recording,
            Map<String, List<BigInteger>> expected,
            JsonNode summary)
            throws Exception {
        long compared = 0;
        for (Map.Entry<String, List<BigInteger>> signal : expected.entrySet()) {
            List<BigInteger> stored = history(desk, vin, signal.getKey());
            assertEquals(signal.getValue().size(), stored.size(), "samples of " + signal.getKey());
            assertEquals(signal.getValue(), stored, "raw values of " + signal.getKey());
            compared += stored.size();
        }
        assertEquals(summary.path("signals").asLong(), compared, "as many as the summary counts");
        List<String> known =
                desk.all("/api/v1/vehicles/" + vin + "/signals?limit=1000").stream()
                        .map(item -> item.path("signal").asText())
                        .toList();
        List<String> more = known.stream().filter(name -> !expected.containsKey(name)).toList();
        if (recording.equals("truck")) {
            broadcasts(desk, vin, more);
        } else {
            assertEquals(List.of(), more, "signals that the oracle does not have");
        }
        Files.writeString(
                Path.of("target", "golden-e2e-" + recording + ".txt"),
                "golden: " + compared + "\n");
    }

    /**
     * The oracle decodes frames only; the engine's configuration comes 25 times in several, by
     * J1939's transport protocol. Where the gateway's restart changed the batches' order, one that
     * was cut in two is lost.
     */
    private static void broadcasts(Desk desk, Vin vin, List<String> signals) {
        assertFalse(signals.isEmpty(), "nothing was put together");
        for (String signal : signals) {
            assertTrue(signal.startsWith("can1.EC1."), signal);
            int count = history(desk, vin, signal).size();
            assertTrue(count > 15 && count <= 25, signal + " came " + count + " times");
        }
    }

    private static List<BigInteger> history(Desk desk, Vin vin, String signal) {
        return desk
                .all(
                        "/api/v1/vehicles/"
                                + vin
                                + "/history?limit=10000&from=2015-01-01T00:00:00Z&to=2025-01-01T00:00:00Z&signal="
                                + Desk.encode(signal))
                .stream()
                .map(item -> new BigInteger(item.path("raw").asText()))
                .toList();
    }

    private static Map<String, List<BigInteger>> expected(Path file) throws Exception {
        Map<String, List<BigInteger>> bySignal = new TreeMap<>();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                JsonNode frame = Json.read(line, JsonNode.class);
                String message =
                        frame.path("bus").asText() + "." + frame.path("msg").asText() + ".";
                frame.path("raw")
                        .properties()
                        .forEach(raw ->
                                bySignal.computeIfAbsent(
                                                message + raw.getKey(), first -> new ArrayList<>())
                                        .add(raw.getValue().bigIntegerValue()));
                line = lines.readLine();
            }
        }
        return bySignal;
    }

    private static Provisioning.Bus bus(String name, String matching, String file)
            throws Exception {
        Path path = TestData.path(file);
        return new Provisioning.Bus(
                name, matching, String.valueOf(path.getFileName()), Files.readAllBytes(path));
    }

    private static Actuators nothing() {
        return (type, params) -> new Actuators.Outcome.Unknown();
    }
}
