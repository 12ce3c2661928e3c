package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports over REST: ordered, written, fetched, and who may see them. */
final class ExportIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final Vin NORTH = Vin.of("JTMW1RFV7KF000051");
    private static final Vin SOUTH = Vin.of("JTMW1RFV7KF000052");
    private static final Vin FOREIGN = Vin.of("JTMW1RFV7KF000053");
    private static final String PATH = "/api/v1/exports";
    private static final String LOCATED = TelemetryRig.ACME + ",telemetry:location";
    private static final String RANGE =
            "\"from\":\"2026-05-01T00:00:00Z\",\"to\":\"2026-05-02T00:00:00Z\"";

    /** 2026-05-01T07:00:00Z. */
    private static final long T0_US = 1_777_618_800_000_000L;

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        TestCatalogue catalogue = TestCatalogue.small();
        rig.publish(catalogue);
        rig.map(
                catalogue.ref(),
                new MappingFact.Entry(
                        "can0.MOTION.GEAR", "Vehicle.CurrentLocation.Altitude", "m", 1, 0));
        rig.publish(NORTH, "acme", "model", catalogue.ref(), "north");
        rig.publish(SOUTH, "acme", "model", catalogue.ref(), "south");
        rig.publish(FOREIGN, "other", catalogue.ref());
        for (Vin vin : List.of(NORTH, SOUTH, FOREIGN)) {
            rig.batch(
                    vin,
                    TestBatch.of(1, 1, T0_US)
                            .frame(T0_US, "can0", 0x100, 0xD0, 7, 3)
                            .frame(T0_US + 1_000, "can0", 0x100, 0xD1, 7, 3)
                            .bytes(),
                    T0_US + 1_000_000);
        }
        rig.flush();
        SOON.that(
                "all is stored",
                () ->
                        stored(TelemetryRig.ACME, NORTH)
                                && stored(TelemetryRig.ACME, SOUTH)
                                && stored("other,telemetry:read", FOREIGN));
    }

    private static boolean stored(String token, Vin vin) {
        return rig.http(token)
                .get("/api/v1/vehicles/" + vin + "/signals?signal=can0.MOTION.SPEED")
                .body()
                .contains("\"raw\":2001");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Http.Response order(String token, String what) {
        return rig.http(token).post(PATH, "{%s,%s}".formatted(what, RANGE));
    }

    private static JsonNode json(Http.Response response, int status) {
        assertEquals(status, response.status(), response.body());
        return Json.read(response.body(), JsonNode.class);
    }

    /** The export when it is over. */
    private static JsonNode done(String token, Http.Response ordered) {
        String id = json(ordered, 202).get("id").textValue();
        return SOON.value(
                "it is over",
                () -> json(rig.http(token).get(PATH + "/" + id), 200),
                export -> export.get("state").textValue().equals("DONE"));
    }

    private static List<String> result(String token, JsonNode export)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                rig.http()
                        .client()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        rig.base()
                                                                + PATH
                                                                + "/"
                                                                + export.get("id").textValue()
                                                                + "/result"))
                                        .header("Authorization", "Bearer " + token)
                                        .build(),
                                HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        assertEquals(
                "application/gzip", response.headers().firstValue("Content-Type").orElseThrow());
        try (GZIPInputStream in = new GZIPInputStream(response.body())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void anExportOfTheTenantHoldsItsVehiclesInOrder() throws Exception {
        JsonNode export =
                done(TelemetryRig.ACME, order(TelemetryRig.ACME, "\"signals\":[\"MOTION.SPEED\"]"));
        assertEquals(2, export.get("vehicles").intValue());
        assertEquals(2, export.get("vehiclesDone").intValue());
        assertEquals(4, export.get("lines").intValue());
        List<String> lines = result(TelemetryRig.ACME, export);
        List<JsonNode> history = new ArrayList<>();
        for (Vin vin : List.of(NORTH, SOUTH)) {
            json(
                            rig.http()
                                    .get(
                                            "/api/v1/vehicles/"
                                                    + vin
                                                    + "/history?signal=can0.MOTION.SPEED"
                                                    + "&from=2026-05-01T00:00:00Z"
                                                    + "&to=2026-05-02T00:00:00Z"),
                            200)
                    .get("items")
                    .forEach(sample -> {
                        JsonNode line =
                                Json.read(
                                        sample.toString()
                                                .replaceFirst("\\{", "{\"vin\":\"" + vin + "\","),
                                        JsonNode.class);
                        history.add(line);
                    });
        }
        assertEquals(4, history.size());
        assertEquals(history, lines.stream().map(line -> Json.read(line, JsonNode.class)).toList());
    }

    @Test
    void vehiclesAreNamedOrFoundByFleetAndLabels() throws Exception {
        JsonNode north =
                done(
                        TelemetryRig.ACME,
                        order(
                                TelemetryRig.ACME,
                                "\"fleet\":\"north\",\"format\":\"CSV\","
                                        + "\"signals\":[\"can0.MOTION.SPEED\"]"));
        List<String> lines = result(TelemetryRig.ACME, north);
        assertEquals(3, lines.size());
        assertTrue(lines.get(1).startsWith(NORTH + ",can0.MOTION.SPEED,"), lines.get(1));
        String named = "\"vins\":[\"%s\"],\"signals\":[\"MOTION.SPEED\"]".formatted(SOUTH);
        assertEquals(1, json(order(TelemetryRig.ACME, named), 202).get("vehicles").intValue());
        assertEquals(400, order(TelemetryRig.ACME, named + ",\"fleet\":\"north\"").status());
        assertEquals(
                400,
                order(TelemetryRig.ACME, "\"fleet\":\"none\",\"signals\":[\"MOTION.SPEED\"]")
                        .status());
        assertEquals(
                404,
                order(
                                TelemetryRig.ACME,
                                "\"vins\":[\"%s\"],\"signals\":[\"MOTION.SPEED\"]"
                                        .formatted(FOREIGN))
                        .status());
        assertEquals(404, order(TelemetryRig.ACME, "\"signals\":[\"NOWHERE\"]").status());
    }

    @Test
    void whoMayNotSeeAVehicleOrASignalSeesNoExportOfIt() throws Exception {
        assertEquals(403, order(TelemetryRig.ACME, "\"signals\":[\"MOTION.GEAR\"]").status());
        JsonNode located = done(LOCATED, order(LOCATED, "\"signals\":[\"MOTION.GEAR\"]"));
        String path = PATH + "/" + located.get("id").textValue();
        for (String token :
                List.of(
                        TelemetryRig.ACME,
                        LOCATED + ",vin=" + NORTH,
                        LOCATED + ",fleet=north",
                        "other,telemetry:read,telemetry:location")) {
            assertEquals(404, rig.http(token).get(path).status(), token);
            assertEquals(404, rig.http(token).get(path + "/result").status(), token);
            assertEquals(
                    404,
                    rig.http(token).send("DELETE", path, null, "application/json").status(),
                    token);
            assertTrue(!rig.http(token).get(PATH).body().contains(path.substring(16)), token);
        }
        assertEquals(
                403,
                order(
                                LOCATED + ",vin=" + NORTH,
                                "\"vins\":[\"%s\"],\"signals\":[\"MOTION.SPEED\"]".formatted(SOUTH))
                        .status());
        JsonNode narrow =
                done(
                        LOCATED + ",fleet=north",
                        order(LOCATED + ",fleet=north", "\"signals\":[\"MOTION.SPEED\"]"));
        assertEquals(1, narrow.get("vehicles").intValue());
    }

    @Test
    void theSameOrderUnderTheSameKeyIsOneExport() throws Exception {
        String body = "{\"signals\":[\"MOTION.SPEED\"],%s}".formatted(RANGE);
        JsonNode first = json(keyed("k-9", body), 202);
        JsonNode again = json(keyed("k-9", body), 202);
        assertEquals(first.get("id"), again.get("id"));
        assertEquals(422, keyed("k-9", body + " ").status());
        assertEquals(400, keyed("k".repeat(201), body).status());
        assertTrue(!json(keyed("k-10", body), 202).get("id").equals(first.get("id")));
    }

    private static Http.Response keyed(String key, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                rig.http()
                        .client()
                        .send(
                                HttpRequest.newBuilder(URI.create(rig.base() + PATH))
                                        .header("Authorization", "Bearer " + TelemetryRig.ACME)
                                        .header("Content-Type", "application/json")
                                        .header("Idempotency-Key", key)
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        return new Http.Response(response.statusCode(), response.headers(), response.body());
    }

    @Test
    void anExportIsDeletedWithItsResult() {
        JsonNode export =
                done(TelemetryRig.ACME, order(TelemetryRig.ACME, "\"signals\":[\"MOTION.SPEED\"]"));
        String path = PATH + "/" + export.get("id").textValue();
        assertTrue(rig.http().get(PATH).body().contains(export.get("id").textValue()));
        assertEquals(204, rig.http().send("DELETE", path, null, "application/json").status());
        assertEquals(404, rig.http().get(path + "/result").status());
        assertEquals(404, rig.http().get(PATH + "/none").status());
    }
}
