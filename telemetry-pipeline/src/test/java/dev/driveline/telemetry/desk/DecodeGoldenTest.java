package dev.driveline.telemetry.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.driveline.testkit.TestData;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code decode} prints of whole recorded logs, against an independent decoder's lines. */
class DecodeGoldenTest {
    private static final ObjectReader JSON = new ObjectMapper().reader();

    private final StringWriter err = new StringWriter();

    /** The lines that decode prints, without those of messages of several frames where asked. */
    private List<JsonNode> decode(String... arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CommandLine desk = Desk.of(out).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of("decode"));
        all.addAll(List.of(arguments));
        assertEquals(0, desk.execute(all.toArray(String[]::new)), err::toString);
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).split("\n", -1)) {
            if (!line.isEmpty()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    private static String file(String name) {
        return TestData.path(name).toString();
    }

    private static int compareWhole(String drive, List<JsonNode> actual) throws IOException {
        int compared = 0;
        try (BufferedReader expected =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(
                                                TestData.path(drive + "/expected.jsonl.gz"))),
                                StandardCharsets.UTF_8))) {
            for (JsonNode line : actual) {
                compare(JSON.readTree(expected.readLine()), line);
                compared++;
            }
            assertNull(expected.readLine(), drive);
        }
        return compared;
    }

    private static void compare(JsonNode expected, JsonNode actual) {
        for (String field : List.of("line", "t", "bus", "id", "ext", "msg", "label")) {
            assertEquals(expected.get(field), actual.get(field), () -> field + " of " + actual);
        }
        compareValues(expected.get("raw"), actual.get("raw"), actual, false);
        compareValues(expected.get("phys"), actual.get("phys"), actual, true);
    }

    private static void compareValues(
            JsonNode expected, JsonNode actual, JsonNode line, boolean byUlp) {
        assertEquals(names(expected), names(actual), line::toString);
        for (String name : names(expected)) {
            JsonNode want = expected.get(name);
            JsonNode have = actual.get(name);
            if (want.isTextual() || (want.isIntegralNumber() && !byUlp)) {
                assertEquals(want.asText(), have.asText(), () -> name + " of " + line);
            } else {
                double difference = Math.abs(want.doubleValue() - have.doubleValue());
                assertTrue(
                        difference <= (byUlp ? Math.ulp(want.doubleValue()) : 0),
                        () -> "%s of %s, expected %s".formatted(name, line, want));
            }
        }
    }

    private static Set<String> names(@Nullable JsonNode object) {
        Set<String> names = new TreeSet<>();
        if (object != null) {
            object.fieldNames().forEachRemaining(names::add);
        }
        return names;
    }

    @Test
    void theToyotaMinute() throws IOException {
        List<JsonNode> lines =
                decode(
                        "--dbc",
                        file("toyota/toyota_new_mc_pt_generated.dbc") + "@can0",
                        "--dbc",
                        file("toyota/toyota_adas.dbc") + "@can1",
                        file("toyota/log.gz"));
        assertEquals(77_983, compareWhole("toyota", lines));
        assertTrue(err.toString().startsWith("98,800 frames: 77,983 decoded"), err::toString);
    }

    @Test
    void theTesla() throws IOException {
        // One file for whatever bus the log has.
        List<JsonNode> lines = decode("--dbc", file("tesla/tesla_can.dbc"), file("tesla/log.gz"));
        assertEquals(1_618, compareWhole("tesla", lines));
    }

    /** The oracle knows frames only: the 25 broadcasts that the database describes are ours. */
    @Test
    void theTruckAndItsBroadcasts() throws IOException {
        List<JsonNode> lines =
                decode(
                        "--dbc",
                        file("truck/j1939.dbc") + "@can1",
                        "--dbc",
                        file("truck/canmod-gps.dbc") + "@can2",
                        "--j1939",
                        "can1",
                        file("truck/log.gz"));
        List<JsonNode> broadcasts = lines.stream().filter(line -> line.has("payload")).toList();
        assertEquals(
                54_118,
                compareWhole(
                        "truck", lines.stream().filter(line -> !line.has("payload")).toList()));
        assertEquals(25, broadcasts.size());
        for (JsonNode line : broadcasts) {
            assertEquals("EC1", line.get("msg").textValue());
            assertEquals(0x1CFEE300, line.get("id").intValue());
            assertEquals(
                    0x1450,
                    line.get("raw")
                            .get("Engine Speed At Idle, Point 1 (Engine Configuration)")
                            .intValue());
        }
        assertTrue(
                err.toString().contains("683 parts of 152 longer messages, lost: none"),
                err::toString);
    }

    @Test
    void theKonasDiagnostics() throws IOException {
        TreeMap<Integer, JsonNode> expected = new TreeMap<>();
        for (String name : List.of("kona/ev-kona-uds.jsonl", "kona/ev-kona-uds-7bb.jsonl")) {
            for (String text : Files.readAllLines(TestData.path(name))) {
                JsonNode line = JSON.readTree(text);
                expected.put(line.get("line").intValue(), line);
            }
        }
        List<JsonNode> lines =
                decode("--dbc", file("kona/uds.dbc"), "--isotp", "can1", file("kona/log.gz"));
        assertEquals(expected.size(), lines.size());
        for (JsonNode line : lines) {
            JsonNode want = expected.get(line.get("line").intValue());
            for (String field : List.of("t", "bus", "id", "payload")) {
                assertEquals(want.get(field), line.get(field), () -> field + " of " + line);
            }
            compareValues(want.get("phys"), line.get("phys"), line, true);
        }
        assertEquals(270, lines.size());
    }

    @Test
    void aLogAsTextDecodesAsItsZippedForm() throws IOException {
        Path plain = Files.createTempFile("tesla", ".log");
        try (var in = new GZIPInputStream(Files.newInputStream(TestData.path("tesla/log.gz")))) {
            Files.write(plain, in.readAllBytes());
            List<JsonNode> lines = decode("--dbc", file("tesla/tesla_can.dbc"), plain.toString());
            assertEquals(1_618, compareWhole("tesla", lines));
        } finally {
            Files.delete(plain);
        }
    }
}
