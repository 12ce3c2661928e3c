package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.batch.TestSignals;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a vehicle decoded itself, from its topic to REST; and which of its batches are missing. */
final class SignalBatchIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final Vin VIN = Vin.of("JTMW1RFV7KJ000001");
    private static final Vin JSON = Vin.of("JTMW1RFV7KJ000002");
    private static final Vin HOLES = Vin.of("JTMW1RFV7KJ000003");

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        rig.publish(SMALL);
        for (Vin vin : List.of(VIN, JSON, HOLES)) {
            rig.publish(vin, "acme", SMALL.ref());
        }
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static JsonNode items(Vin vin, String path) {
        String url = "/api/v1/vehicles/" + vin + path;
        return Json.read(rig.http().get(url).body(), JsonNode.class).path("items");
    }

    private static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    @Test
    void framesAndSignalsOfOneBootStandBesideEachOther() {
        long t = now();
        rig.batch(VIN, TestBatch.of(1, 1, t).frame(t, "can0", 0x100, 0xD0, 7, 3).bytes(), t);
        rig.signals(
                VIN,
                TestSignals.of(1, 2, t)
                        .sample(t + 1, "can0.MOTION.SPEED", 30.0)
                        .sample(t + 2, "can0.REAL.VOLTAGE", 12.5)
                        .packedBytes(),
                t);
        rig.signals(VIN, TestSignals.of(1, 3, t).builder().setSchema(9).build().toByteArray(), t);
        rig.flush();
        SOON.that("all is stored", () -> items(VIN, "/signals").size() == 3);
        List<String> speeds = new ArrayList<>();
        items(VIN, "/history?signal=can0.MOTION.SPEED")
                .forEach(sample -> speeds.add(sample.get("raw") + " " + sample.get("phys")));
        assertEquals(List.of("2000 20.0", "3000 30.0"), speeds);
        SOON.that(
                "the third is refused",
                () ->
                        rig.records(Topic.TELEMETRY_REJECTED).stream()
                                .anyMatch(record ->
                                        TelemetryRig.header(record, Headers.REASON)
                                                .equals("SCHEMA_UNKNOWN")));
        assertEquals(2, items(VIN, "/intake").get(0).get("batches").intValue());
    }

    @Test
    void theJsonFormIsTaken() {
        String json =
                """
                {"schema":1,"bootId":"AAAAAAAAAAE=","seq":1,"t0Us":"%d",
                 "dictionary":[{"name":"can0.MOTION.GEAR","type":"VALUE_TYPE_STRING"}],
                 "columns":{"dtUs":[5],"idx":[0],"strings":["D"]},"sampleCount":1}
                """
                        .formatted(now())
                        .strip();
        rig.signals(JSON, json.getBytes(StandardCharsets.UTF_8), now());
        rig.flush();
        SOON.that("it is stored", () -> items(JSON, "/signals").size() == 1);
        assertEquals("D", items(JSON, "/signals").get(0).get("label").textValue());
    }

    @Test
    void aVehiclesGapsAreShown() {
        long t = now();
        for (int seq : new int[] {1, 5, 3}) {
            rig.signals(
                    HOLES,
                    TestSignals.of(9, seq, t).sample(t, "can0.MOTION.SPEED", 30.0).bytes(),
                    t);
        }
        rig.flush();
        SOON.that("both gaps are known", () -> items(HOLES, "/gaps").size() == 3);
        JsonNode gaps = items(HOLES, "/gaps");
        assertEquals(
                "2 OPEN, 3 FILLED, 4 OPEN",
                "%s %s, %s %s, %s %s"
                        .formatted(
                                gaps.at("/0/from"),
                                gaps.at("/0/state").textValue(),
                                gaps.at("/1/from"),
                                gaps.at("/1/state").textValue(),
                                gaps.at("/2/from"),
                                gaps.at("/2/state").textValue()));
        assertEquals("0000000000000009", gaps.at("/0/boot").textValue());
        assertEquals(2, items(HOLES, "/gaps?state=OPEN").size());
        JsonNode page =
                Json.read(
                        rig.http().get("/api/v1/vehicles/" + HOLES + "/gaps?limit=2").body(),
                        JsonNode.class);
        assertEquals(2, page.get("items").size());
        assertEquals(
                1, items(HOLES, "/gaps?limit=2&cursor=" + page.get("next").textValue()).size());
        assertEquals(
                400, rig.http().get("/api/v1/vehicles/" + HOLES + "/gaps?state=GONE").status());
    }
}
