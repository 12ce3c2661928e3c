package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.BusSource;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.ModelFact;
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
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real drive decoded by a catalogue with a wrong scale, put right over REST, against an
 * independent decoder's values; and who may order that.
 */
final class RedecodeIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));
    private static final Vin VIN = Vin.of("JTMW1RFV7KF000061");
    private static final Vin FOREIGN = Vin.of("JTMW1RFV7KF000062");
    private static final String PATH = "/api/v1/redecodes";
    private static final String WRITER = TelemetryRig.ACME + ",registry:write";
    private static final String SPEED = "can0.SPEED.SPEED";
    private static final long SPAN_US = 12_000_000;
    private static final long BATCH_US = 400_000;

    @TempDir private static Path folder;
    private static TelemetryRig rig;
    private static TestCatalogue wrong;
    private static TestCatalogue right;
    private static List<Value> oracle;
    private static long firstUs;
    private static int batches;

    private record Value(long tUs, double phys) {}

    @BeforeAll
    static void start() throws IOException {
        String dbc =
                new String(
                        Files.readAllBytes(TestData.path("toyota/toyota_new_mc_pt_generated.dbc")),
                        StandardCharsets.ISO_8859_1);
        String line = " SG_ SPEED : 47|16@0+ (0.01,0)";
        assertTrue(dbc.contains(line));
        right = catalogue(dbc);
        wrong = catalogue(dbc.replace(line, " SG_ SPEED : 47|16@0+ (0.02,0)"));
        rig = new TelemetryRig(folder);
        rig.publish(wrong);
        rig.publish(right);
        rig.publish(VIN, "acme", "rav4", wrong.ref(), "north");
        rig.publish(FOREIGN, "other", "rav4", right.ref());
        rig.publish(
                "acme",
                "rav4",
                new ModelFact.InForce(wrong.ref(), Instant.EPOCH),
                new ModelFact.InForce(right.ref(), Instant.parse("2099-01-01T00:00:00Z")));
        send();
        oracle = oracle();
        SOON.that("all is stored", () -> values().size() == oracle.size());
        SOON.that("frames are kept", () -> frames() > 0);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static TestCatalogue catalogue(String dbc) {
        return TestCatalogue.of(
                "toyota-rav4",
                BusSource.of(
                        "can0",
                        Matching.EXACT,
                        "toyota.dbc",
                        dbc.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void send() throws IOException {
        TestBatch batch = null;
        long end = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path("toyota/log.gz"))) {
            while (log.next()) {
                firstUs = firstUs == 0 ? log.timeUs() : firstUs;
                if (log.timeUs() >= firstUs + SPAN_US) {
                    break;
                }
                if (batch == null || log.timeUs() >= end) {
                    send(batch);
                    batches++;
                    batch = TestBatch.of(5, batches, log.timeUs());
                    end = log.timeUs() + BATCH_US;
                }
                batch.frame(
                        log.timeUs(), log.bus(), log.id(), log.flags(), log.data(), log.length());
            }
        }
        send(batch);
        rig.flush();
    }

    private static void send(TestBatch batch) {
        if (batch != null) {
            rig.batch(VIN, batch.bytes(), firstUs + SPAN_US);
        }
    }

    private static List<Value> oracle() throws IOException {
        List<Value> values = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(
                                                TestData.path("toyota/expected.jsonl.gz"))),
                                StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                JsonNode line = json(text);
                long t =
                        new BigDecimal(line.get("t").textValue())
                                .movePointRight(6)
                                .longValueExact();
                if (t >= firstUs + SPAN_US) {
                    return values;
                }
                if (line.get("bus").textValue().equals("can0")
                        && line.get("msg").textValue().equals("SPEED")) {
                    values.add(new Value(t, line.get("phys").get("SPEED").doubleValue()));
                }
            }
        }
        return values;
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }

    private static String at(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS).toString();
    }

    private static List<Value> values() {
        Http.Response response =
                rig.http()
                        .get(
                                "/api/v1/vehicles/%s/history?signal=%s&limit=2000&from=%s&to=%s"
                                        .formatted(VIN, SPEED, at(firstUs), at(firstUs + SPAN_US)));
        List<Value> values = new ArrayList<>();
        json(response.body())
                .path("items")
                .forEach(sample ->
                        values.add(
                                new Value(
                                        sample.get("t").longValue(),
                                        sample.get("phys").doubleValue())));
        return values;
    }

    private static double latest() {
        return json(rig.http().get("/api/v1/vehicles/" + VIN + "/signals?signal=" + SPEED).body())
                .get("items")
                .get(0)
                .get("phys")
                .doubleValue();
    }

    private static int frames() {
        return json(rig.http(TelemetryRig.ACME + ",telemetry:location")
                        .get(
                                "/api/v1/vehicles/%s/frames?limit=10&from=%s&to=%s"
                                        .formatted(
                                                VIN,
                                                at(firstUs + SPAN_US - 200_000),
                                                at(firstUs + SPAN_US)))
                        .body())
                .path("items")
                .size();
    }

    private static String order(TestCatalogue catalogue, String what) {
        return "{%s,\"from\":\"%s\",\"to\":\"%s\",\"catalogue\":\"%s\"}"
                .formatted(what, at(firstUs), at(firstUs + SPAN_US), catalogue.ref());
    }

    private static JsonNode done(String id) {
        JsonNode over =
                SOON.value(
                        "it is over",
                        () -> json(rig.http().get(PATH + "/" + id).body()),
                        body -> body.path("state").asText().matches("DONE|FAILED"));
        assertEquals("DONE", over.get("state").textValue(), over.toString());
        return over;
    }

    private static void assertScaled(double by) {
        List<Value> values = values();
        assertEquals(oracle.size(), values.size());
        for (int i = 0; i < oracle.size(); i++) {
            Value expected = oracle.get(i);
            assertEquals(expected.tUs(), values.get(i).tUs());
            assertEquals(
                    expected.phys() * by,
                    values.get(i).phys(),
                    Math.ulp(expected.phys() * by),
                    "at " + expected.tUs());
        }
    }

    @Test
    void aWrongScaleIsPutRightAfterwards() {
        assertTrue(oracle.size() > 400, "only " + oracle.size());
        Http http = rig.http(WRITER);
        // Whatever ran before, it is the wrong one that stands there now.
        String vins = "\"vins\":[\"" + VIN + "\"]";
        String first = json(http.post(PATH, order(wrong, vins)).body()).get("id").textValue();
        assertEquals(batches, done(first).get("batches").intValue());
        assertScaled(2);
        Http.Response ordered = http.post(PATH, order(right, vins));
        assertEquals(202, ordered.status(), ordered.body());
        String id = json(ordered.body()).get("id").textValue();
        JsonNode over = done(id);
        assertEquals(batches, over.get("batches").intValue());
        assertEquals(0, over.get("passedOver").intValue());
        assertEquals(1, over.get("vehiclesDone").intValue());
        assertScaled(1);
        assertEquals(oracle.getLast().phys(), latest(), 1e-9);
        assertTrue(rig.http().get(PATH).body().contains(id));
        assertEquals(204, http.send("DELETE", PATH + "/" + id, null, "application/json").status());
        assertEquals(404, rig.http().get(PATH + "/" + id).status());
        assertScaled(1);
    }

    @Test
    void whoMayNotOrderOrSeeOneDoesNot() {
        String vins = "\"vins\":[\"" + VIN + "\"]";
        assertEquals(403, rig.http().post(PATH, order(wrong, vins)).status());
        assertEquals(
                404,
                rig.http("other,telemetry:read,registry:write")
                        .post(PATH, order(right, vins))
                        .status());
        assertEquals(
                403,
                rig.http(WRITER + ",vin=" + VIN)
                        .post(PATH, order(wrong, "\"vins\":[\"" + other() + "\"]"))
                        .status());
        Http.Response ordered = rig.http(WRITER).post(PATH, order(wrong, "\"fleet\":\"north\""));
        assertEquals(202, ordered.status(), ordered.body());
        String path = PATH + "/" + json(ordered.body()).get("id").textValue();
        assertEquals(200, rig.http(TelemetryRig.ACME + ",fleet=north").get(path).status());
        for (String token :
                List.of(
                        "other,telemetry:read,registry:write",
                        WRITER + ",fleet=south",
                        WRITER + ",vin=" + other())) {
            assertEquals(404, rig.http(token).get(path).status(), token);
            assertEquals(
                    404,
                    rig.http(token).send("DELETE", path, null, "application/json").status(),
                    token);
            assertTrue(!rig.http(token).get(PATH).body().contains(path.substring(18)), token);
        }
        assertEquals(403, rig.http().send("DELETE", path, null, "application/json").status());
    }

    /** Of the same tenant, made known when it is asked for. */
    private static Vin other() {
        Vin vin = Vin.of("JTMW1RFV7KF000063");
        rig.publish(vin, "acme", "rav4", wrong.ref(), "east");
        SOON.that(
                "it is known",
                () -> rig.http().get("/api/v1/vehicles/" + vin + "/dtcs").status() == 200);
        return vin;
    }

    @Test
    void onlyACatalogueOfAModelOfTheTenantDecodes() {
        TestCatalogue strange = TestCatalogue.small();
        rig.publish(strange);
        String vins = "\"vins\":[\"" + VIN + "\"]";
        Http.Response refused = rig.http(WRITER).post(PATH, order(strange, vins));
        assertEquals(404, refused.status(), refused.body());
        assertTrue(refused.body().contains("CATALOGUE_UNKNOWN"), refused.body());
        assertEquals(
                400,
                rig.http(WRITER)
                        .post(PATH, order(wrong, vins).replace("\"from\"", "\"nothing\""))
                        .status());
        assertEquals(
                400,
                rig.http(WRITER)
                        .post(PATH, order(wrong, vins).replace(at(firstUs), "2030-01-01T00:00:00Z"))
                        .status());
        assertEquals(400, rig.http(WRITER).post(PATH, order(wrong, "\"fleet\":\"none\"")).status());
    }

    @Test
    void theSameOrderUnderTheSameKeyIsOne() throws Exception {
        String body = order(wrong, "\"vins\":[\"" + VIN + "\"]");
        JsonNode first = json(keyed("r-1", body).body());
        assertEquals(first.get("id"), json(keyed("r-1", body).body()).get("id"));
        assertEquals(422, keyed("r-1", body + " ").statusCode());
        done(first.get("id").textValue());
    }

    private static HttpResponse<String> keyed(String key, String body)
            throws IOException, InterruptedException {
        return rig.http()
                .client()
                .send(
                        HttpRequest.newBuilder(URI.create(rig.base() + PATH))
                                .header("Authorization", "Bearer " + WRITER)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
