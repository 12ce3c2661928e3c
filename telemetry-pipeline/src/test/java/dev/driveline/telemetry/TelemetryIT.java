package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.BusSource;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A minute of a real drive through Kafka, Streams, PostgreSQL and REST, with batches sent twice and
 * out of order and a restart in the middle, against an independent decoder's values.
 */
final class TelemetryIT {

    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final String SIGNALS = "/api/v1/vehicles/" + VIN + "/signals";
    private static final long BATCH_US = 400_000;
    private static final long BOOT = 0xB001_0000_0000_0001L;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    private record Value(long tUs, String raw) {}

    /** What the oracle says, by full name in the order of the log. */
    private record Oracle(Map<String, List<Value>> values, long lines, long frames) {}

    private record Drive(List<byte[]> batches, long firstUs, long lastUs, long frames) {}

    @Test
    void aDriveComesOutAsItWasRecorded() throws IOException {
        TestCatalogue catalogue = toyota();
        Drive drive = drive();
        Oracle oracle = oracle();
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            // The service runs already, and the facts stand in the log just before the batches.
            rig.publish(catalogue);
            rig.publish(VIN, "acme", catalogue.ref());
            List<byte[]> sent = disturbed(drive.batches());
            int half = sent.size() / 2;
            long startedNs = System.nanoTime();
            send(rig, sent.subList(0, half), drive.lastUs());
            Eventually.within(LIMIT).that("some samples are stored", () -> batches(rig) > 0);
            rig.stop();
            send(rig, sent.subList(half, sent.size()), drive.lastUs());
            rig.start();
            Eventually.within(LIMIT)
                    .value("batches", () -> batches(rig), n -> n == drive.batches().size());
            long storedNs = System.nanoTime() - startedNs;
            assertIntake(rig, drive, oracle);
            long readNs = System.nanoTime();
            compareHistory(rig, drive, oracle);
            readNs = System.nanoTime() - readNs;
            compareLatest(rig, oracle, catalogue);
            assertEquals(drive.batches().size(), rig.records(Topic.TELEMETRY_SIGNALS).size());
            assertEquals(List.of(), rig.records(Topic.TELEMETRY_REJECTED));
            report(oracle, storedNs, readNs);
        }
    }

    private static TestCatalogue toyota() throws IOException {
        return TestCatalogue.of(
                "toyota-rav4",
                bus("can0", "toyota_new_mc_pt_generated.dbc"),
                bus("can1", "toyota_adas.dbc"));
    }

    private static BusSource bus(String name, String file) throws IOException {
        byte[] bytes = Files.readAllBytes(TestData.path("toyota/" + file));
        return BusSource.of(name, Matching.EXACT, file, bytes);
    }

    private static Drive drive() throws IOException {
        List<byte[]> batches = new ArrayList<>();
        long first = 0;
        long last = 0;
        long frames = 0;
        TestBatch batch = null;
        long end = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path("toyota/log.gz"))) {
            while (log.next()) {
                if (batch == null || log.timeUs() >= end) {
                    add(batches, batch);
                    batch = TestBatch.of(BOOT, batches.size() + 1L, log.timeUs());
                    end = log.timeUs() + BATCH_US;
                }
                batch.frame(
                        log.timeUs(), log.bus(), log.id(), log.flags(), log.data(), log.length());
                first = first == 0 ? log.timeUs() : first;
                last = log.timeUs();
                frames++;
            }
        }
        add(batches, batch);
        return new Drive(batches, first, last, frames);
    }

    private static void add(List<byte[]> batches, TestBatch batch) {
        if (batch != null) {
            batches.add(batches.size() % 2 == 0 ? batch.bytes() : batch.packedBytes());
        }
    }

    /** Every batch at least once; a third of them again; none further than ten from its place. */
    private static List<byte[]> disturbed(List<byte[]> batches) {
        SplittableRandom random = new SplittableRandom(5);
        TreeMap<Integer, byte[]> order = new TreeMap<>();
        for (int i = 0; i < batches.size(); i++) {
            int copies = i % 3 == 0 ? 2 : 1;
            for (int copy = 0; copy < copies; copy++) {
                int place = 1_000 * (i + random.nextInt(10)) + random.nextInt(1_000);
                while (order.containsKey(place)) {
                    place++;
                }
                order.put(place, batches.get(i));
            }
        }
        return List.copyOf(order.values());
    }

    private static void send(TelemetryRig rig, List<byte[]> batches, long receivedUs) {
        batches.forEach(batch -> rig.batch(VIN, batch, receivedUs));
        rig.flush();
    }

    private static Oracle oracle() throws IOException {
        Map<String, List<Value>> values = new TreeMap<>();
        long lines = 0;
        long frames = 0;
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(
                                                TestData.path("toyota/expected.jsonl.gz"))),
                                StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                JsonNode line = Json.read(text, JsonNode.class);
                long t =
                        new BigDecimal(line.get("t").textValue())
                                .movePointRight(6)
                                .longValueExact();
                String prefix = line.get("bus").textValue() + "." + line.get("msg").textValue();
                line.get("raw")
                        .properties()
                        .forEach(raw ->
                                values.computeIfAbsent(
                                                prefix + "." + raw.getKey(), _ -> new ArrayList<>())
                                        .add(new Value(t, raw.getValue().asText())));
                lines++;
                frames = line.get("line").longValue() + 1;
            }
        }
        return new Oracle(values, lines, frames);
    }

    private static long batches(TelemetryRig rig) {
        long batches = 0;
        for (JsonNode boot : json(rig, "/api/v1/vehicles/" + VIN + "/intake").get("items")) {
            batches += boot.get("batches").longValue();
        }
        return batches;
    }

    private static void assertIntake(TelemetryRig rig, Drive drive, Oracle oracle) {
        JsonNode boot = json(rig, "/api/v1/vehicles/" + VIN + "/intake").get("items").get(0);
        assertEquals("b001000000000001", boot.get("boot").textValue());
        assertEquals(drive.frames(), boot.get("frames").longValue());
        assertEquals(drive.frames() - oracle.lines(), boot.get("unknownFrames").longValue());
        assertEquals(0, boot.get("missingBatches").longValue());
        assertEquals(samples(oracle), boot.get("samples").longValue());
        assertTrue(boot.get("lateBatches").longValue() > 0);
    }

    private static long samples(Oracle oracle) {
        return oracle.values().values().stream().mapToLong(List::size).sum();
    }

    private static void compareHistory(TelemetryRig rig, Drive drive, Oracle oracle) {
        String window =
                "&limit=2000&from=%s&to=%s"
                        .formatted(rfc3339(drive.firstUs()), rfc3339(drive.lastUs() + 1));
        for (Map.Entry<String, List<Value>> signal : oracle.values().entrySet()) {
            String query =
                    "/api/v1/vehicles/%s/history?signal=%s%s"
                            .formatted(VIN, encoded(signal.getKey()), window);
            assertEquals(signal.getValue(), values(rig, query), signal.getKey());
        }
    }

    private static List<Value> values(TelemetryRig rig, String query) {
        List<Value> values = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = json(rig, query + cursor);
            for (JsonNode sample : page.get("items")) {
                assertEquals("GOOD", goodOrOutOfRange(sample));
                values.add(new Value(sample.get("t").longValue(), sample.get("raw").asText()));
            }
            if (!page.hasNonNull("next")) {
                return values;
            }
            cursor = "&cursor=" + page.get("next").textValue();
        }
    }

    private static String goodOrOutOfRange(JsonNode sample) {
        String quality = sample.get("quality").textValue();
        return quality.equals("OUT_OF_RANGE") ? "GOOD" : quality;
    }

    private static void compareLatest(TelemetryRig rig, Oracle oracle, TestCatalogue catalogue) {
        Map<String, Value> latest = new TreeMap<>();
        for (String cursor = ""; cursor != null; ) {
            JsonNode page = json(rig, SIGNALS + "?limit=150" + cursor);
            for (JsonNode sample : page.get("items")) {
                assertEquals(catalogue.ref().toString(), sample.get("catalogue").textValue());
                assertNull(
                        latest.put(
                                sample.get("signal").textValue(),
                                new Value(
                                        sample.get("t").longValue(), sample.get("raw").asText())));
            }
            cursor = page.hasNonNull("next") ? "&cursor=" + page.get("next").textValue() : null;
        }
        Map<String, Value> expected = new TreeMap<>();
        oracle.values().forEach((name, values) -> expected.put(name, values.getLast()));
        assertEquals(expected, latest);
    }

    private static JsonNode json(TelemetryRig rig, String path) {
        Http.Response response = rig.http().get(path);
        assertEquals(200, response.status(), response.body());
        return Json.read(response.body(), JsonNode.class);
    }

    private static String rfc3339(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS).toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Leaves the number of compared lines for the build to sum. */
    private static void report(Oracle oracle, long storedNs, long readNs) throws IOException {
        Files.createDirectories(Path.of("target"));
        Files.writeString(
                Path.of("target", "golden-pipeline-toyota.txt"),
                "golden: " + oracle.lines() + "\n");
        System.out.printf(
                "pipeline: %,d golden lines, %,d samples of %d signals compared, all equal; stored within %.1f s, restart included, read back in %.1f s%n",
                oracle.lines(),
                samples(oracle),
                oracle.values().size(),
                storedNs / 1e9,
                readNs / 1e9);
    }
}
