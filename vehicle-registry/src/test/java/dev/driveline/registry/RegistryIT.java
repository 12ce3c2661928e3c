package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.CatalogueSource;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** REST, facts and access rules, with real PostgreSQL and Kafka. */
final class RegistryIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final AtomicInteger NEXT = new AtomicInteger(2000);
    private static final String DBC =
            """
            VERSION ""

            BU_: ECU

            BO_ 100 ENGINE: 8 ECU
             SG_ SPEED : 0|16@1+ (0.01,0) [0|250] "km/h" ECU
             SG_ GEAR : 16|4@1+ (1,0) [0|0] "" ECU

            VAL_ 100 GEAR 0 "P" 1 "R" ;
            """;

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    private final int number = NEXT.incrementAndGet();
    private final Vin vin = Vin.of("WDRV0TESTREG1" + number);
    private final String model = "model-" + number;

    @Test
    void aVehicleIsToldWithItsModelsCatalogue() {
        addModel();
        Reply added =
                rig.post(
                        "/api/v1/vehicles",
                        """
                        {"vin":"%s","model":"%s","labels":{"region":"eu"},"tboxSerial":"TB-%d"}
                        """
                                .formatted(vin, model, number));
        assertEquals(201, added.status(), added.json().toString());
        assertEquals("/api/v1/vehicles/" + vin, added.header("Location"));
        assertEquals("PRODUCED", added.json().path("state").asText());
        assertEquals("TB-" + number, added.json().path("tboxSerial").asText());
        String ref = addCatalogue("cat-" + number);
        Reply inForce =
                rig.call(
                        "demo",
                        "PUT",
                        "/api/v1/models/" + model + "/catalogue",
                        "{\"catalogue\":\"" + ref + "\"}");
        assertEquals(200, inForce.status(), inForce.json().toString());

        Reply read = rig.get("/api/v1/vehicles/" + vin);
        assertEquals(ref, read.json().path("catalogue").asText());
        patch("{\"labels\":{\"region\":\"us\"}}");
        List<VehicleFact> facts = awaitFacts(2);
        assertEquals(null, facts.get(0).catalogue());
        assertEquals(model, facts.get(0).model());
        assertEquals(Map.of("region", "eu"), facts.get(0).labels());
        assertEquals(RegistryRig.DEMO, facts.get(0).tenant());
        assertEquals("\"" + facts.get(0).version() + "\"", read.header("ETag"));
        // For readers from before there were facts of models.
        assertEquals(ref, String.valueOf(facts.get(1).catalogue()));
        assertTrue(facts.get(1).version() > facts.get(0).version());
    }

    @Test
    void aCatalogueIsKeptOnceAndToldPacked() {
        String ref = addCatalogue("cat-" + number);
        Reply again = postCatalogue("cat-" + number, DBC);
        assertEquals(200, again.status());
        assertEquals(ref, again.json().path("ref").asText());
        assertEquals(1, again.json().path("messages").asInt());
        assertEquals(2, again.json().path("signals").asInt());
        Eventually.within(LIMIT)
                .passes(
                        "the catalogue is told once",
                        () -> {
                            var told =
                                    rig.records(Topic.REGISTRY_CATALOGUES).stream()
                                            .filter(r -> RegistryRig.keyOf(r).equals(ref))
                                            .toList();
                            assertEquals(1, told.size());
                            byte[] source =
                                    Compression.unpack(told.getFirst().value(), 16 * 1024 * 1024);
                            assertArrayEquals(
                                    DBC.getBytes(StandardCharsets.UTF_8),
                                    CatalogueSource.fromBytes(source).buses().getFirst().bytes());
                        });
        assertEquals(200, rig.get("/api/v1/catalogues/" + ref).status());
        assertEquals(404, rig.call("other", "GET", "/api/v1/catalogues/" + ref, "").status());
        assertTrue(
                rig.get("/api/v1/catalogues?limit=1000")
                        .json()
                        .findValuesAsText("ref")
                        .contains(ref));
    }

    @Test
    void aBrokenDbcIsRefusedWithLineAndColumn() {
        Reply refused = postCatalogue("broken", DBC.replace("(0.01,0)", "(0.01;0)"));
        assertEquals(422, refused.status());
        assertEquals("DBC_INVALID", refused.code());
        JsonNode finding = refused.json().path("diagnostics").path(0);
        assertEquals(6, finding.path("line").asInt());
        assertTrue(finding.path("column").asInt() > 0);
        assertEquals("can0.dbc", finding.path("file").asText());
        assertEquals("ERROR", finding.path("severity").asText());
        assertFalse(finding.path("text").asText().isEmpty());

        Reply neither =
                rig.post(
                        "/api/v1/catalogues", "{\"id\":\"broken\",\"buses\":[{\"bus\":\"can0\"}]}");
        assertEquals(400, neither.status());
        String base64 = Base64.getEncoder().encodeToString(DBC.getBytes(StandardCharsets.UTF_8));
        assertEquals(
                201,
                rig.post(
                                "/api/v1/catalogues?id=b64-" + number,
                                "{\"buses\":[{\"bus\":\"can0\",\"matching\":\"J1939\",\"dbcBase64\":\""
                                        + base64
                                        + "\"}]}")
                        .status());
    }

    @Test
    void aModelListsItsSignals() {
        addModel();
        Reply none = rig.get("/api/v1/models/" + model + "/signals");
        assertEquals("CATALOGUE_UNKNOWN", none.code());
        String ref = addCatalogue("cat-" + number);
        rig.call(
                "demo",
                "PUT",
                "/api/v1/models/" + model + "/catalogue",
                "{\"catalogue\":\"" + ref + "\"}");
        Reply first = rig.get("/api/v1/models/" + model + "/signals?limit=1");
        assertEquals("can0.ENGINE.GEAR", first.json().at("/items/0/signal").asText());
        assertEquals("R", first.json().at("/items/0/labels/1").asText());
        assertTrue(first.json().at("/items/0/minimum").isMissingNode());
        Reply second =
                rig.get(
                        "/api/v1/models/"
                                + model
                                + "/signals?cursor="
                                + first.json().path("next").asText());
        assertEquals("can0.ENGINE.SPEED", second.json().at("/items/0/signal").asText());
        assertEquals(250.0, second.json().at("/items/0/maximum").asDouble());
        assertFalse(second.json().has("next"));
    }

    @Test
    void aSuspendedVehicleIsToldToTheGatewaysAndBack() {
        addModel();
        String etag = addVehicle(vin).header("ETag");
        Reply suspended = patch("{\"state\":\"SUSPENDED\"}", "If-Match", etag);
        assertEquals(200, suspended.status(), suspended.json().toString());
        assertEquals(412, patch("{\"state\":\"ACTIVE\"}", "If-Match", etag).status());
        assertEquals("CONFLICT", patch("{\"state\":\"ORDERED\"}").code());
        assertEquals(200, patch("{\"state\":\"ACTIVE\",\"labels\":{\"a\":\"1\"}}").status());
        Eventually.within(LIMIT)
                .passes(
                        "both rules are told",
                        () -> {
                            List<AccessRule> rules = rig.rules("vehicle/" + vin);
                            assertEquals(
                                    List.of(AccessRule.State.IN_FORCE, AccessRule.State.REMOVED),
                                    rules.stream().map(AccessRule::state).toList());
                            assertTrue(rules.get(1).version() > rules.get(0).version());
                        });
        assertEquals(
                List.of(VehicleState.PRODUCED, VehicleState.SUSPENDED, VehicleState.ACTIVE),
                awaitFacts(3).stream().map(VehicleFact::state).toList());
        long version = rig.get("/api/v1/vehicles/" + vin).json().path("version").asLong();
        assertEquals(version, patch("{\"state\":\"ACTIVE\"}").json().path("version").asLong());
    }

    @Test
    void vehiclesAreListedInPages() {
        addModel();
        List<String> vins = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Vin each = Vin.of("WDRV0TESTREG1" + NEXT.incrementAndGet());
            addVehicle(each);
            vins.add(each.value());
        }
        List<String> found = new ArrayList<>();
        String query = "/api/v1/vehicles?limit=2&label=kind:test&model=" + model;
        for (String cursor = ""; cursor != null; ) {
            JsonNode page = rig.get(query + "&cursor=" + cursor).json();
            page.path("items").forEach(item -> found.add(item.path("vin").asText()));
            cursor = page.path("next").textValue();
        }
        assertEquals(vins, found);
        assertEquals(0, size(rig.get(query + "&state=SUSPENDED")));
        assertEquals(0, size(rig.get(query + "&label=kind:other")));
        assertEquals(0, size(rig.call("other", "GET", query, "")));
        assertEquals(1, size(rig.call("demo//" + vins.get(1), "GET", query, "")));
        assertEquals(400, rig.get("/api/v1/vehicles?limit=1001").status());
        assertEquals(400, rig.get("/api/v1/vehicles?state=NEW").status());
    }

    @Test
    void tboxesAreBoundOnce() {
        addModel();
        addVehicle(vin);
        Vin other = Vin.of("WDRV0TESTREG1" + NEXT.incrementAndGet());
        addVehicle(other);
        String serial = "TB-" + number;
        String bind = "{\"serial\":\"%s\",\"vin\":\"%s\"}";
        assertEquals(
                "UNBOUND",
                rig.post("/api/v1/tboxes", "{\"serial\":\"" + serial + "\"}")
                        .json()
                        .path("state")
                        .asText());
        String without = rig.get("/api/v1/vehicles/" + vin).header("ETag");
        assertEquals(201, rig.post("/api/v1/tboxes", bind.formatted(serial, vin)).status());
        String with = rig.get("/api/v1/vehicles/" + vin).header("ETag");
        assertNotEquals(without, with, "the vehicle has changed");
        assertEquals(412, patch("{\"state\":\"ACTIVE\"}", "If-Match", without).status());
        assertEquals(201, rig.post("/api/v1/tboxes", bind.formatted(serial, vin)).status());
        assertEquals(with, rig.get("/api/v1/vehicles/" + vin).header("ETag"), "nothing has");
        assertEquals(409, rig.post("/api/v1/tboxes", bind.formatted(serial, other)).status());
        assertEquals(409, rig.post("/api/v1/tboxes", bind.formatted("TC-1", vin)).status());
        assertEquals(vin.value(), rig.get("/api/v1/tboxes/" + serial).json().path("vin").asText());
        assertEquals(404, rig.call("other", "GET", "/api/v1/tboxes/" + serial, "").status());
        Reply token = rig.post("/api/v1/tboxes/" + serial + ":token", "");
        assertEquals(201, token.status(), token.json().toString());
        assertEquals(43, token.json().path("token").asText().length());
        assertEquals(404, rig.post("/api/v1/tboxes/none:token", "").status());
    }

    @Test
    void badInputIsAnsweredClearly() {
        addModel();
        refused(400, "INVALID_VIN", newVehicle("SHORT", model));
        refused(400, "INVALID_VIN", newVehicle("LSGZZ43D23S812715", model));
        refused(404, "MODEL_UNKNOWN", newVehicle(vin.value(), "no-such-model"));
        refused(400, "INVALID_REQUEST", rig.post("/api/v1/vehicles", "{\"model\":\"m\"}"));
        refused(400, "INVALID_REQUEST", rig.post("/api/v1/vehicles", "{\"vin\":"));
        refused(409, "ALREADY_EXISTS", rig.post("/api/v1/models", modelBody()));
        refused(404, "VEHICLE_UNKNOWN", rig.get("/api/v1/vehicles/" + vin));
        refused(404, "MODEL_UNKNOWN", rig.get("/api/v1/models/none"));
        refused(404, "CATALOGUE_UNKNOWN", rig.get("/api/v1/catalogues/a@" + "0".repeat(32)));
        refused(404, "CERTIFICATE_UNKNOWN", rig.get("/api/v1/certificates/abc"));
        refused(400, "INVALID_REQUEST", rig.get("/api/v1/certificates"));
        refused(
                413,
                "BODY_TOO_LARGE",
                rig.post("/api/v1/models", "{\"id\":\"" + "x".repeat(300_000) + "\"}"));
        refused(401, "TOKEN_EXPIRED", rig.call("expired", "GET", "/api/v1/models", ""));
        refused(
                403,
                "MISSING_SCOPE",
                rig.call("demo/registry:read", "POST", "/api/v1/models", modelBody()));
        refused(
                403,
                "MISSING_SCOPE",
                rig.call("demo/registry:write", "POST", "/api/v1/tboxes/a:token", ""));
        refused(
                403,
                "OUTSIDE_CLAIM",
                rig.call("demo//1M8GDM9AXKP042788", "GET", "/api/v1/vehicles/" + vin, ""));
        refused(
                403,
                "OUTSIDE_CLAIM",
                rig.call("demo//1M8GDM9AXKP042788", "POST", "/api/v1/models", modelBody()));
        Reply warned = newVehicle("1M8GDM9A1KP042788", model);
        assertEquals(201, warned.status());
        assertTrue(warned.json().at("/warnings/0").asText().contains("check digit"));
        refused(409, "ALREADY_EXISTS", newVehicle("1M8GDM9A1KP042788", model));
        addVehicle(vin);
        refused(404, "VEHICLE_UNKNOWN", rig.call("other", "GET", "/api/v1/vehicles/" + vin, ""));
        refused(404, "MODEL_UNKNOWN", patch("{\"model\":\"no-such-model\"}"));
    }

    private void addModel() {
        assertEquals(201, rig.post("/api/v1/models", modelBody()).status());
    }

    private String modelBody() {
        return "{\"id\":\"" + model + "\",\"name\":\"Test model\"}";
    }

    private static Reply newVehicle(String vin, String model) {
        return rig.post(
                "/api/v1/vehicles",
                "{\"vin\":\"%s\",\"model\":\"%s\",\"labels\":{\"kind\":\"test\"}}"
                        .formatted(vin, model));
    }

    private Reply addVehicle(Vin each) {
        Reply added = newVehicle(each.value(), model);
        assertEquals(201, added.status(), added.json().toString());
        return added;
    }

    private Reply patch(String body, String... headers) {
        return rig.call("demo", "PATCH", "/api/v1/vehicles/" + vin, body, headers);
    }

    private static Reply postCatalogue(String id, String dbc) {
        return rig.post(
                "/api/v1/catalogues",
                Json.text(
                        Map.of(
                                "id",
                                id,
                                "buses",
                                List.of(
                                        Map.of(
                                                "bus", "can0",
                                                "matching", "EXACT",
                                                "fileName", "can0.dbc",
                                                "dbc", dbc)))));
    }

    private static String addCatalogue(String id) {
        Reply added = postCatalogue(id, DBC);
        assertEquals(201, added.status(), added.json().toString());
        return added.json().path("ref").asText();
    }

    private List<VehicleFact> awaitFacts(int count) {
        return Eventually.within(LIMIT)
                .value(
                        count + " facts of " + vin,
                        () ->
                                rig.records(Topic.REGISTRY_VEHICLES).stream()
                                        .filter(r -> RegistryRig.keyOf(r).equals(vin.value()))
                                        .map(r -> Json.read(r.value(), VehicleFact.class))
                                        .toList(),
                        facts -> facts.size() >= count);
    }

    private static int size(Reply page) {
        return page.json().path("items").size();
    }

    private static void refused(int status, String code, Reply reply) {
        assertEquals(code, reply.code(), reply.json().toString());
        assertEquals(status, reply.status());
        assertFalse(reply.detail().isEmpty());
    }
}
