package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames from the gateway's topic to REST: pages, candump, NDJSON, and who may see them. */
final class FramesIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final Vin VIN = Vin.of("JTMW1RFV7KF000021");
    private static final Vin FOREIGN = Vin.of("JTMW1RFV7KF000022");
    private static final String PATH = "/api/v1/vehicles/" + VIN + "/frames";
    private static final String LOCATED = TelemetryRig.ACME + ",telemetry:location";
    private static final String WINDOW = "?from=2026-05-01T07:00:00Z&to=2026-05-01T07:00:10Z";

    /** 2026-05-01T07:00:00Z. */
    private static final long T0_US = 1_777_618_800_000_000L;

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        TestCatalogue catalogue = TestCatalogue.small();
        rig.publish(catalogue);
        rig.publish(VIN, "acme", catalogue.ref());
        rig.publish(FOREIGN, "other", catalogue.ref());
        SOON.that("frames are waited for", () -> rig.process().health().problems().isEmpty());
        for (long i = 0; i < 5; i++) {
            byte[] batch =
                    TestBatch.of(1, i + 1, T0_US + i * 1_000_000)
                            .frame(T0_US + i * 1_000_000, "can0", 0x100, (int) i, 0xAB)
                            .frame(
                                    T0_US + i * 1_000_000 + 250,
                                    "can1",
                                    0x18FEF100,
                                    1,
                                    new byte[] {(byte) i},
                                    1)
                            .bytes();
            rig.batch(VIN, batch, T0_US + 60_000_000);
            rig.batch(VIN, batch, T0_US + 61_000_000);
        }
        rig.batch(
                FOREIGN,
                TestBatch.of(1, 1, T0_US).frame(T0_US, "can0", 0x7FF, 1).bytes(),
                T0_US + 60_000_000);
        rig.flush();
        SOON.that("all are kept", () -> items(WINDOW).size() == 10);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Http.Response get(String token, String query) {
        return rig.http(token).get(PATH + query);
    }

    private static List<JsonNode> items(String query) {
        List<JsonNode> items = new ArrayList<>();
        Json.read(get(LOCATED, query).body(), JsonNode.class).path("items").forEach(items::add);
        return items;
    }

    @Test
    void aFrameIsShownAsItWasRecorded() {
        assertEquals(
                Json.read(
                        "{\"t\":%d,\"bus\":\"can1\",\"id\":%d,\"flags\":[\"ext\"],\"data\":\"02\"}"
                                .formatted(T0_US + 2_000_250, 0x18FEF100),
                        JsonNode.class),
                items(WINDOW).get(5));
        assertEquals(5, items(WINDOW + "&bus=can0").size());
        assertEquals(5, items(WINDOW + "&id=18fef100").size());
        assertEquals(0, items(WINDOW + "&id=0x100&bus=can1").size());
        assertEquals(1, items("?from=2026-05-01T07:00:01.000001Z&to=2026-05-01T07:00:02Z").size());
    }

    @Test
    void pagesHoldEachFrameOnce() {
        List<String> whole = new ArrayList<>();
        items(WINDOW).forEach(frame -> whole.add(frame.toString()));
        List<String> paged = new ArrayList<>();
        String query = WINDOW + "&limit=3";
        while (query != null) {
            JsonNode page = Json.read(get(LOCATED, query).body(), JsonNode.class);
            page.get("items").forEach(frame -> paged.add(frame.toString()));
            query =
                    page.hasNonNull("next")
                            ? "?limit=3&cursor=" + page.get("next").textValue()
                            : null;
        }
        assertEquals(whole, paged);
    }

    @Test
    void aWindowComesAsCandumpAndAsLines() {
        List<String> dump =
                rig.http(LOCATED).get(PATH + WINDOW, "text/plain").body().lines().toList();
        assertEquals(10, dump.size());
        assertEquals("(1777618801.000000) can0 100#01AB", dump.get(2));
        assertEquals("(1777618801.000250) can1 18FEF100#01", dump.get(3));
        List<String> lines =
                rig.http(LOCATED)
                        .get(PATH + WINDOW, "application/x-ndjson")
                        .body()
                        .lines()
                        .toList();
        assertEquals(
                items(WINDOW),
                lines.stream().map(line -> Json.read(line, JsonNode.class)).toList());
    }

    @Test
    void framesNeedTheScopeForLocations() {
        Http.Response refused = get(TelemetryRig.ACME, WINDOW);
        assertEquals(403, refused.status());
        assertTrue(refused.body().contains("telemetry:location"), refused.body());
        assertEquals(404, get("other,telemetry:read,telemetry:location", WINDOW).status());
        assertEquals(403, get("acme,telemetry:location", WINDOW).status());
    }

    @Test
    void whatNobodyCanMeanIsRefused() {
        for (String query :
                List.of(
                        WINDOW + "&id=xyz",
                        WINDOW + "&bus=",
                        WINDOW + "&cursor=x",
                        "?from=2026-05-01T07:00:00Z&to=2026-05-01T07:00:00Z")) {
            assertEquals(400, get(LOCATED, query).status(), query);
        }
    }

    @Test
    void howLongFramesAreKeptIsTheOperatorsMatter() {
        String path = "/api/v1/tenants/third/frames";
        Http admin = rig.http("acme,admin");
        assertEquals(403, rig.http(LOCATED).get(path).status());
        assertEquals("{\"tenant\":\"third\",\"days\":36500,\"own\":false}", admin.get(path).body());
        assertEquals(
                "{\"tenant\":\"third\",\"days\":0,\"own\":true}",
                admin.send("PUT", path, "{\"days\":0}", "application/json").body());
        assertEquals(400, admin.send("PUT", path, "{\"days\":-1}", "application/json").status());
    }
}
