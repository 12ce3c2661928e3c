package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Trials;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many vehicles in one request, and lists of them. */
final class BulkIT {

    private static final String IMPORT = "/api/v1/vehicles:import?mode=";
    private static final String HEADER = "vin,model,state,tboxSerial,label.region,label.x\n";

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @BeforeAll
    static void start() {
        assertEquals(201, rig.post("/api/v1/models", "{\"id\":\"m\",\"name\":\"M\"}").status());
    }

    @Test
    void csvIsLoadedInChunksAndTold() {
        StringBuilder csv = new StringBuilder(HEADER);
        for (int i = 0; i < 2_500; i++) {
            csv.append("WDRV0BULKCSV0%04d,m,ACTIVE,TB-csv-%d,\"eu, west\",\n".formatted(i, i));
        }
        List<JsonNode> lines = rig.lines(IMPORT + "best-effort", "text/csv", csv.toString());
        assertTrue(lines.size() >= 4, lines.toString());
        assertEquals(1000, lines.getFirst().at("/progress/added").asInt());
        JsonNode summary = lines.getLast().path("summary");
        assertEquals("DONE", summary.path("end").asText(), summary.toString());
        assertEquals(2_500, summary.at("/count/added").asInt());
        JsonNode one = rig.get("/api/v1/vehicles/WDRV0BULKCSV00042").json();
        assertEquals("ACTIVE", one.path("state").asText());
        assertEquals("TB-csv-42", one.path("tboxSerial").asText());
        assertEquals("{\"region\":\"eu, west\"}", one.path("labels").toString());
        Eventually.within(Duration.ofSeconds(20))
                .that("all are told", () -> told("WDRV0BULKCSV").size() == 2_500);

        JsonNode again =
                rig.lines(IMPORT + "all-or-nothing", "text/csv", csv.toString())
                        .getLast()
                        .path("summary");
        assertEquals("DONE", again.path("end").asText(), again.toString());
        assertEquals(2_500, again.at("/count/skipped").asInt());
        String audit = "/api/v1/audit/registry?kind=vehicle&vin=WDRV0BULKCSV00042";
        assertEquals("tester", rig.get(audit).json().at("/items/0/actor").asText());
    }

    /** An import may take minutes, and holds what it has found until it ends. */
    @Test
    void aCatalogueIsPutInForceWhileVehiclesOfItsModelAreImported() throws Exception {
        rig.post("/api/v1/models", "{\"id\":\"slow\",\"name\":\"M\"}");
        String dbc = "BU_: E\n\nBO_ 1 M: 8 E\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" E\n";
        String ref =
                rig.post(
                                "/api/v1/catalogues?id=slow",
                                Json.text(
                                        Map.of(
                                                "buses",
                                                List.of(Map.of("bus", "can0", "dbc", dbc)))))
                        .json()
                        .path("ref")
                        .asText();
        try (PipedInputStream body = new PipedInputStream(1 << 20)) {
            PipedOutputStream file = new PipedOutputStream(body);
            var importing =
                    CompletableFuture.supplyAsync(() ->
                            rig.lines(
                                    "demo",
                                    IMPORT + "all-or-nothing",
                                    "text/csv",
                                    HttpRequest.BodyPublishers.ofInputStream(() -> body)));
            try (file) {
                file.write(bytes("vin,model\n"));
                for (int i = 0; i < 1_500; i++) {
                    file.write(bytes("WDRV0BULKSLW0%04d,slow\n".formatted(i)));
                }
                file.flush();
                awaitOpenTransaction();
                String inForce = "{\"catalogue\":\"" + ref + "\"}";
                Reply put = rig.call("demo", "PUT", "/api/v1/models/slow/catalogue", inForce);
                assertEquals(200, put.status(), put.json().toString());
                assertFalse(importing.isDone());
            }
            JsonNode summary = importing.get(60, TimeUnit.SECONDS).getLast().path("summary");
            assertEquals(1_500, summary.at("/count/added").asInt(), summary.toString());
        }
        assertEquals(
                ref,
                rig.get("/api/v1/vehicles/WDRV0BULKSLW01499").json().path("catalogue").asText());
    }

    private static void awaitOpenTransaction() {
        Eventually.within(Duration.ofSeconds(20))
                .passes(
                        "the first thousand are in, and the import waits for more",
                        () ->
                                rig.sql(
                                        """
                                        DO $$ BEGIN ASSERT EXISTS (
                                            SELECT FROM pg_stat_activity
                                            WHERE datname = current_database()
                                              AND state = 'idle in transaction'
                                              AND backend_xid IS NOT NULL);
                                        END $$
                                        """));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aRejectedLineUndoesAllOrOnlyItself() {
        String csv =
                HEADER
                        + "WDRV0BULKREJ00001,m,,TB-r1,,\n"
                        + "WDRV0BULKREJ00001,m,,,,\n"
                        + "SHORT,m,,,,\n"
                        + "\n"
                        + "WDRV0BULKREJ00002,none,,,,\n"
                        + "WDRV0BULKREJ00003,m,SUSPENDED,,,\n"
                        + "WDRV0BULKREJ00004,m,,TB-r1,,\n"
                        + "WDRV0BULKREJ00005,m,,,,,,\n"
                        + "LSGZZ43D23S812715,m,,,,\n"
                        + "WDRV0BULKREJ00006,m,,,,\n";
        JsonNode nothing =
                rig.lines(IMPORT + "all-or-nothing", "text/csv", csv).getLast().path("summary");
        assertEquals("ROLLED_BACK", nothing.path("end").asText(), nothing.toString());
        assertEquals(0, nothing.at("/count/added").asInt());
        assertEquals("VEHICLE_UNKNOWN", rig.get("/api/v1/vehicles/WDRV0BULKREJ00001").code());
        assertEquals("TBOX_UNKNOWN", rig.get("/api/v1/tboxes/TB-r1").code());

        JsonNode some =
                rig.lines(IMPORT + "best-effort", "text/csv", csv).getLast().path("summary");
        assertEquals(2, some.at("/count/added").asInt(), some.toString());
        assertEquals(
                List.of("3", "4", "6", "7", "8", "9", "10"),
                some.path("rejections").findValuesAsText("line"));
        assertEquals(
                List.of(
                        "ALREADY_EXISTS",
                        "INVALID_VIN",
                        "MODEL_UNKNOWN",
                        "INVALID_REQUEST",
                        "CONFLICT",
                        "INVALID_REQUEST",
                        "INVALID_VIN"),
                some.path("rejections").findValuesAsText("code"));
        assertEquals(some.path("rejections"), nothing.path("rejections"));
        String changed = HEADER + "WDRV0BULKREJ00006,m,ACTIVE,,,\n";
        JsonNode other =
                rig.lines(IMPORT + "best-effort", "text/csv", changed).getLast().path("summary");
        assertEquals("ALREADY_EXISTS", other.at("/rejections/0/code").asText(), other.toString());
    }

    @Test
    void linesOfJsonAreLoadedToo() {
        String body =
                "{\"vin\":\"WDRV0BULKJSN00001\",\"model\":\"m\",\"labels\":{\"a\":\"b\"}}\n"
                        + "{\"vin\":\n"
                        + "\n"
                        + "{\"vin\":\"WDRV0BULKJSN00002\",\"model\":\"m\",\"labels\":{\"a\":null}}\n"
                        + "x".repeat(70_000)
                        + "\n[]\n"
                        + "{\"vin\":\"WDRV0BULKJSN00003\",\"model\":\"m\"}";
        JsonNode summary =
                rig.lines(IMPORT + "best-effort", "application/x-ndjson", body)
                        .getLast()
                        .path("summary");
        assertEquals(2, summary.at("/count/added").asInt(), summary.toString());
        assertEquals(
                List.of("2", "4", "5", "6"), summary.path("rejections").findValuesAsText("line"));
    }

    @Test
    void whatIsNoFileIsRefusedAndABrokenOneStops() {
        assertEquals("UNSUPPORTED_MEDIA_TYPE", load("application/json", "{}").code());
        assertEquals("INVALID_REQUEST", load("text/csv", "").code());
        assertEquals("INVALID_REQUEST", load("text/csv", "vin,model,colour\n").code());
        assertEquals("INVALID_REQUEST", load("text/csv", "vin,model,vin\n").code());
        Reply mode = rig.call("demo", "POST", IMPORT + "x", HEADER, "Content-Type", "text/csv");
        assertEquals("INVALID_REQUEST", mode.code());
        Reply narrow =
                rig.call(
                        "demo//WDRV0BULKCSV00001",
                        "POST",
                        IMPORT + "best-effort",
                        HEADER,
                        "Content-Type",
                        "text/csv");
        assertEquals("OUTSIDE_CLAIM", narrow.code());
        String open = HEADER + "WDRV0BULKSTP00001,m,,,,\n\"WDRV0BULKSTP00002,m\n";
        JsonNode stopped =
                rig.lines(IMPORT + "all-or-nothing", "text/csv", open).getLast().path("summary");
        assertEquals("STOPPED", stopped.path("end").asText(), stopped.toString());
        assertEquals("VEHICLE_UNKNOWN", rig.get("/api/v1/vehicles/WDRV0BULKSTP00001").code());
    }

    @Test
    void filtersNarrowTheList() {
        String csv =
                HEADER
                        + "WDRV0FLTER0000001,m,ACTIVE,,eu,1\n"
                        + "WDRV0FLTER0000002,m,ACTIVE,,eu,\n"
                        + "WDRV0FLTER0000003,m,ORDERED,,us,1\n";
        rig.lines(IMPORT + "best-effort", "text/csv", csv);
        String list = "/api/v1/vehicles?q=WDRV0FLTER";
        assertEquals(List.of("1", "2", "3"), numbers(list));
        assertEquals(List.of("1", "2"), numbers(list + "&state=ACTIVE"));
        assertEquals(List.of("1", "2"), numbers(list + "&label=region:eu"));
        assertEquals(List.of("1"), numbers(list + "&label=region:eu&label=x:1"));
        assertEquals(List.of("1", "3"), numbers(list + "&label=x"));
        assertEquals(List.of("1", "2", "3"), numbers(list + "&model=m"));
        assertEquals(List.of(), numbers(list + "&model=n"));
        assertEquals(List.of("3"), numbers("/api/v1/vehicles?q=WDRV0FLTER0000003"));
        assertEquals("INVALID_REQUEST", rig.get("/api/v1/vehicles?q=I").code());
        assertEquals("INVALID_REQUEST", rig.get("/api/v1/vehicles?label=a:1&label=a:2").code());
        assertEquals(List.of(), rig.call("other", "GET", list, "").json().findValuesAsText("vin"));
    }

    @Test
    void everyVehicleIsOnAPageOnceWhileOthersCome() {
        AtomicInteger trials = new AtomicInteger();
        Trials.of(11)
                .run(
                        6,
                        random -> {
                            String prefix = "WDRV0P%04d".formatted(trials.getAndIncrement());
                            addSome(prefix, random, 40);
                            Set<String> before = new TreeSet<>(vins(prefix));
                            Set<String> seen = new HashSet<>();
                            String cursor = "";
                            do {
                                Reply page =
                                        rig.get(
                                                "/api/v1/vehicles?q=%s&limit=%d%s"
                                                        .formatted(
                                                                prefix,
                                                                1 + random.nextInt(9),
                                                                cursor.isEmpty()
                                                                        ? ""
                                                                        : "&cursor=" + cursor));
                                for (String vin : page.json().findValuesAsText("vin")) {
                                    assertTrue(seen.add(vin), vin + " came twice");
                                }
                                cursor = page.json().path("next").asText();
                                addSome(prefix, random, 4);
                            } while (!cursor.isEmpty());
                            before.removeAll(seen);
                            assertEquals(Set.of(), before, "missing");
                        });
    }

    private static void addSome(String prefix, Draw random, int limit) {
        StringBuilder csv = new StringBuilder(HEADER);
        for (int i = random.nextInt(limit); i > 0; i--) {
            csv.append("%s%07d,m,,,,\n".formatted(prefix, random.nextInt(10_000)));
        }
        rig.lines(IMPORT + "best-effort", "text/csv", csv.toString());
    }

    private static List<String> vins(String prefix) {
        return rig.get("/api/v1/vehicles?limit=1000&q=" + prefix).json().findValuesAsText("vin");
    }

    private static List<String> numbers(String path) {
        return rig.get(path).json().findValuesAsText("vin").stream()
                .map(vin -> vin.substring(16))
                .toList();
    }

    private static Reply load(String type, String body) {
        return rig.call("demo", "POST", IMPORT + "best-effort", body, "Content-Type", type);
    }

    private static Set<String> told(String prefix) {
        Set<String> vins = new HashSet<>();
        rig.records(Topic.REGISTRY_VEHICLES).stream()
                .filter(record -> RegistryRig.keyOf(record).startsWith(prefix))
                .map(record -> Json.read(record.value(), VehicleFact.class))
                .forEach(fact -> vins.add(fact.vin().value()));
        return vins;
    }
}
