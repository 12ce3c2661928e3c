package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ApiDocument.Operation;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.RouteChecks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route as the OpenAPI document has it: that it is there, asks for its scope, and keeps
 * tenants and vehicles apart; and what a mapping to the Vehicle Signal Specification changes.
 */
final class TelemetryApiIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final Vin VIN = Vin.of("JTMW1RFV7KF000001");
    private static final Vin OTHERS = Vin.of("JTMW1RFV7KF000002");
    private static final String SECOND = "JTMW1RFV7KF000003";
    private static final String LOCATED = TelemetryRig.ACME + ",telemetry:location";
    private static final String OTHER = "other,telemetry:read,telemetry:location";

    /** What a route cannot do without. */
    private static final Map<String, String> QUERIES =
            Map.of(
                    "/api/v1/vehicles/{vin}/history",
                    "?signal=can0.MOTION.SPEED",
                    "/api/v1/positions",
                    "?bbox=-180,-90,180,90");

    private static final Map<String, String> BODIES =
            Map.of(
                    "/api/v1/signals:query",
                    "{\"vins\":[\"%s\"],\"signals\":[\"can0.MOTION.SPEED\"]}".formatted(VIN));

    private static final RouteChecks<Operation> CHECKS =
            new RouteChecks<>(TelemetryApiIT::nameOf, TelemetryApiIT::call);

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        rig.publish(SMALL);
        rig.map(
                SMALL.ref(),
                new MappingFact.Entry("can0.MOTION.SPEED", "Vehicle.Speed", "m/s", 0.25, 1),
                new MappingFact.Entry(
                        "can0.WHEEL.SPEED", "Vehicle.CurrentLocation.Altitude", "m", 1, 0),
                new MappingFact.Entry(
                        "can0.REAL.VOLTAGE", "Vehicle.CurrentLocation.Latitude", "degrees", 1, 0),
                new MappingFact.Entry(
                        "can0.TICK.TICKS", "Vehicle.CurrentLocation.Longitude", "degrees", 0.5, 0));
        rig.publish(VIN, "acme", SMALL.ref());
        rig.publish(Vin.of(SECOND), "acme", "model", SMALL.ref(), "north");
        rig.publish(OTHERS, "other", SMALL.ref());
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        for (Vin vin : List.of(VIN, Vin.of(SECOND))) {
            rig.batch(
                    vin,
                    TestBatch.of(1, 1, now)
                            .frame(now, "can0", 0x100, 0xD0, 7, 3)
                            .frame(now + 1, "can0", 0x200, 40, 0)
                            .bytes(),
                    now);
            // 1.5 degrees north, 12 degrees east.
            rig.batch(
                    vin,
                    TestBatch.of(2, 1, now)
                            .frame(now + 2, "can0", 0x400, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F)
                            .frame(now + 3, "can0", 0x201, 24, 0, 0, 0, 0, 0, 0, 0)
                            .bytes(),
                    now);
        }
        rig.flush();
        SOON.that("all is stored", () -> items(LOCATED, "/signals").size() == 5);
        SOON.that(
                "the second is stored, too",
                () -> query(LOCATED, SECOND, "GEAR").at("/items/0/samples").size() == 1);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Http.Response get(String token, String path) {
        return rig.http(token).get("/api/v1/vehicles/" + VIN + path);
    }

    private static List<JsonNode> items(String token, String path) {
        List<JsonNode> items = new ArrayList<>();
        Json.read(get(token, path).body(), JsonNode.class).path("items").forEach(items::add);
        return items;
    }

    private static JsonNode query(String token, String vin, String signal) {
        return Json.read(
                rig.http(token)
                        .post(
                                "/api/v1/signals:query",
                                "{\"vins\":[\"%s\"],\"signals\":[\"%s\"]}".formatted(vin, signal))
                        .body(),
                JsonNode.class);
    }

    @Test
    void aMappedSignalIsFoundByItsPathAndShowsItsValue() {
        List<JsonNode> found = items(TelemetryRig.ACME, "/signals?signal=Vehicle.Speed");
        assertEquals(1, found.size());
        assertEquals("can0.MOTION.SPEED", found.getFirst().get("signal").textValue());
        assertEquals(20.0, found.getFirst().get("phys").doubleValue());
        assertEquals(
                Json.read(
                        "{\"path\":\"Vehicle.Speed\",\"value\":6.0,\"unit\":\"m/s\"}",
                        JsonNode.class),
                found.getFirst().get("vss"));
        assertFalse(items(TelemetryRig.ACME, "/signals?signal=GEAR").getFirst().has("vss"));
        assertEquals(
                1,
                items(TelemetryRig.ACME, "/history?signal=Vehicle.Speed&from=2020-01-01T00:00:00Z")
                        .size());
        List<String> csv =
                rig.http()
                        .get(
                                "/api/v1/vehicles/%s/history?signal=Vehicle.Speed&from=2020-01-01T00:00:00Z"
                                        .formatted(VIN),
                                "text/csv")
                        .body()
                        .lines()
                        .toList();
        assertTrue(csv.getLast().endsWith(",Vehicle.Speed,6.0,m/s"), csv.getLast());
    }

    @Test
    void whereAVehicleIsNeedsAScopeOfItsOwn() {
        assertEquals(
                List.of("can0.MOTION.GEAR", "can0.MOTION.SPEED"),
                items(TelemetryRig.ACME, "/signals").stream()
                        .map(sample -> sample.get("signal").textValue())
                        .toList());
        assertEquals(5, items(LOCATED, "/signals").size());
        for (String path :
                List.of(
                        "/signals?signal=can0.WHEEL.SPEED",
                        "/signals?signal=Vehicle.CurrentLocation.Altitude",
                        "/history?signal=can0.WHEEL.SPEED",
                        "/history?signal=can0.WHEEL.SPEED&resolution=60",
                        "/stream?signal=can0.WHEEL.SPEED")) {
            Http.Response refused = get(TelemetryRig.ACME, path);
            assertEquals(403, refused.status(), path + " " + refused.body());
            assertTrue(refused.body().contains("telemetry:location"), refused.body());
        }
        assertEquals(200, get(LOCATED, "/history?signal=can0.WHEEL.SPEED").status());
        String rule =
                """
                {"id":"high","definition":{"name":"high","severity":"INFO",
                 "when":"value('can0.WHEEL.SPEED') > 1000.0","holdMs":0,"clearHoldMs":0,"coolDownMs":0}}
                """;
        Http.Response refused =
                rig.http(TelemetryRig.ACME + ",rules:write").post("/api/v1/rules", rule);
        assertEquals(403, refused.status(), refused.body());
        assertTrue(refused.body().contains("telemetry:location"), refused.body());
        assertEquals(201, rig.http(LOCATED + ",rules:write").post("/api/v1/rules", rule).status());
        assertEquals(
                "MISSING_SCOPE",
                query(TelemetryRig.ACME, VIN.value(), "can0.WHEEL.SPEED").path("code").asText());
    }

    @Test
    void aStreamOfAllLeavesOutWhereAVehicleIs() throws Exception {
        String url = rig.base() + "/api/v1/vehicles/" + SECOND + "/stream";
        long t = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, null);
                EventReader all = EventReader.open(url, LOCATED, null)) {
            rig.batch(
                    Vin.of(SECOND),
                    TestBatch.of(1, 2, t)
                            .frame(t, "can0", 0x200, 41, 0)
                            .frame(t + 1, "can0", 0x100, 0xD0, 7, 3)
                            .bytes(),
                    t);
            rig.flush();
            assertEquals(3, all.next(3).size());
            reader.next(2).forEach(event -> assertFalse(event.data().toString().contains("WHEEL")));
            assertTrue(reader.isEmpty());
        }
    }

    @Test
    void aMapShowsWhereVehiclesAre() {
        SOON.that("both are on the map", () -> vins(LOCATED, "0,0,20,10").size() == 2);
        JsonNode first =
                Json.read(
                                rig.http(LOCATED)
                                        .get("/api/v1/positions?bbox=12,1.5,12,1.5")
                                        .body(),
                                JsonNode.class)
                        .at("/items/0");
        assertEquals(1.5, first.get("latitude").doubleValue());
        assertEquals(12, first.get("longitude").doubleValue());
        assertEquals(List.of(), vins(LOCATED, "0,0,11,10"));
        assertEquals(2, vins(LOCATED, "11,0,-170,10").size());
        assertEquals(List.of(), vins(LOCATED, "13,0,-170,10"));
        assertEquals(List.of(SECOND), vins(LOCATED + ",vin=" + SECOND, "0,0,20,10"));
        assertEquals(List.of(SECOND), vins(LOCATED + ",fleet=north", "0,0,20,10"));
        assertEquals(List.of(), vins(OTHER, "0,0,20,10"));
        JsonNode page =
                Json.read(
                        rig.http(LOCATED).get("/api/v1/positions?bbox=0,0,20,10&limit=1").body(),
                        JsonNode.class);
        assertEquals(VIN.value(), page.at("/items/0/vin").asText());
        JsonNode next =
                Json.read(
                        rig.http(LOCATED)
                                .get(
                                        "/api/v1/positions?bbox=0,0,20,10&limit=1&cursor="
                                                + page.get("next").asText())
                                .body(),
                        JsonNode.class);
        assertEquals(SECOND, next.at("/items/0/vin").asText());
        assertTrue(next.path("next").isMissingNode() || next.path("next").isNull());
        for (String wrong : List.of("", "?bbox=1,2,3", "?bbox=a,b,c,d", "?bbox=0,10,1,0")) {
            assertEquals(400, rig.http(LOCATED).get("/api/v1/positions" + wrong).status(), wrong);
        }
    }

    private static List<String> vins(String token, String bbox) {
        JsonNode page =
                Json.read(
                        rig.http(token).get("/api/v1/positions?bbox=" + bbox).body(),
                        JsonNode.class);
        List<String> vins = new ArrayList<>();
        page.path("items").forEach(item -> vins.add(item.get("vin").textValue()));
        return vins;
    }

    @Test
    void aFleetInATokenOpensItsVehicles() {
        String token = TelemetryRig.ACME + ",fleet=north";
        assertEquals(200, rig.http(token).get("/api/v1/vehicles/" + SECOND + "/signals").status());
        assertEquals(403, get(token, "/signals").status());
        assertEquals(
                403,
                rig.http(TelemetryRig.ACME + ",fleet=south")
                        .get("/api/v1/vehicles/" + SECOND + "/signals")
                        .status());
    }

    @Test
    void manyVehiclesAreAskedAtOnce() {
        String body =
                "{\"vins\":[\"%s\",\"%s\",\"%s\"],\"signals\":[\"Vehicle.Speed\",\"GEAR\",\"WHICH\"]}"
                        .formatted(SECOND, OTHERS, VIN);
        JsonNode found =
                Json.read(rig.http().post("/api/v1/signals:query", body).body(), JsonNode.class);
        assertEquals("[\"" + OTHERS + "\"]", found.get("unknown").toString());
        assertEquals(2, found.get("items").size());
        assertEquals(SECOND, found.at("/items/0/vin").asText());
        assertEquals(VIN.value(), found.at("/items/1/vin").asText());
        for (JsonNode item : found.get("items")) {
            assertEquals(2, item.get("samples").size(), item.toString());
        }
        for (String wrong :
                List.of(
                        "{}",
                        "{\"vins\":[],\"signals\":[\"GEAR\"]}",
                        "{\"vins\":[\"X\"],\"signals\":[\"GEAR\"]}",
                        "{\"vins\":[\"%s\"],\"signals\":[]}".formatted(VIN))) {
            Http.Response refused = rig.http().post("/api/v1/signals:query", wrong);
            assertEquals(400, refused.status(), wrong + " " + refused.body());
        }
        JsonNode ambiguous = query(TelemetryRig.ACME, VIN.value(), "SPEED");
        assertEquals("SIGNAL_AMBIGUOUS", ambiguous.path("code").asText());
        JsonNode outside = query(TelemetryRig.ACME + ",vin=" + SECOND, VIN.value(), "GEAR");
        assertEquals("OUTSIDE_CLAIM", outside.path("code").asText());
    }

    @Test
    void theOperatorSaysHowLongATenantsSamplesAreKept() {
        Http operator = rig.http("acme,admin");
        String path = "/api/v1/tenants/kept/retention";
        assertEquals(
                "{\"tenant\":\"kept\",\"days\":36500,\"own\":false}", operator.get(path).body());
        assertEquals(
                "{\"tenant\":\"kept\",\"days\":30,\"own\":true}",
                operator.put(path, "{\"days\":30}").body());
        assertEquals(400, operator.put(path, "{\"days\":0}").status());
        assertEquals(400, operator.put("/api/v1/tenants/X/retention", "{}").status());
        assertEquals(
                "{\"tenant\":\"kept\",\"days\":36500,\"own\":false}",
                operator.put(path, "{\"days\":null}").body());
    }

    @Test
    void theDocumentAndTheRoutesAreEqual() {
        Set<String> documented =
                operations().stream()
                        .map(of -> of.method() + " " + of.path() + " " + of.scope())
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> routes =
                rig.process().rest().routes().stream()
                        .map(of -> of.method() + " " + of.path() + " " + scopeOf(of))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(String.join("\n", routes), String.join("\n", documented));
    }

    @Test
    void everyReferenceInTheDocumentLeadsSomewhere() {
        JsonNode json = rig.process().rest().documents().merged().json();
        assertEquals(
                List.of(),
                json.findValuesAsText("$ref").stream()
                        .filter(to -> json.at(to.substring(1)).isMissingNode())
                        .toList());
    }

    @TestFactory
    Stream<DynamicTest> withoutATokenOrItsScopeARouteDoesNothing() {
        return Stream.concat(
                CHECKS.answer(401, null, guarded()),
                CHECKS.answer(403, "acme,audit:read", guarded()));
    }

    @TestFactory
    Stream<DynamicTest> anotherTenantsVehiclesAreNotThere() {
        return CHECKS.hide(
                List.of("MOTION", "latitude"),
                OTHER,
                operation -> operation.path().contains("{"),
                ofVehicles());
    }

    @TestFactory
    Stream<DynamicTest> aTokenForOneVehicleReachesNoOther() {
        return CHECKS.refuse(
                403,
                "OUTSIDE_CLAIM",
                LOCATED + ",vin=" + SECOND,
                ofVehicles().filter(operation -> !operation.path().endsWith("/positions")));
    }

    private static RouteChecks.Answer call(@Nullable String token, Operation operation) {
        String path =
                operation.path().replace("{vin}", VIN.value()).replace("{id}", "none")
                        + QUERIES.getOrDefault(operation.path(), "");
        Http.Response answer =
                new Http(rig.http().client(), rig.base(), token)
                        .send(
                                operation.method(),
                                path,
                                BODIES.get(operation.path()),
                                "application/json");
        return new RouteChecks.Answer(answer.status(), answer.body());
    }

    private static String nameOf(Operation operation) {
        return operation.method() + " " + operation.path();
    }

    private static String scopeOf(Route route) {
        return route.scope() == null ? "null" : route.scope().text();
    }

    private static List<Operation> operations() {
        return rig.process().rest().documents().merged().operations();
    }

    /** Those that tell of one vehicle or of many; rules and alerts have a test of their own. */
    private static Stream<Operation> ofVehicles() {
        return guarded()
                .filter(operation ->
                        operation.path().contains("{vin}")
                                || BODIES.containsKey(operation.path())
                                || QUERIES.containsKey(operation.path()));
    }

    /** But those of who runs the installation. */
    private static Stream<Operation> guarded() {
        return operations().stream()
                .filter(operation -> operation.scope() != null)
                .filter(operation -> !operation.scope().equals("admin"));
    }
}
