package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fleets, who is in them, and tokens that name them. */
final class FleetIT {

    private static final String VINS = "WDRV0FLEETS00000";

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @BeforeAll
    static void start() {
        assertEquals(201, rig.post("/api/v1/models", "{\"id\":\"m\",\"name\":\"M\"}").status());
    }

    @Test
    void aFleetNamesItsMembers() {
        String vin = vehicle(1, "{}");
        assertEquals(201, fleet("named", "null").status());
        assertEquals("ALREADY_EXISTS", fleet("named", "null").code());
        assertEquals(204, member("PUT", "named", vin).status());
        assertEquals(204, member("PUT", "named", vin).status());
        assertEquals(List.of("named"), fleetsOf(vin));
        assertEquals(List.of(vin), vinsIn("/api/v1/fleets/named/vehicles"));
        assertEquals(List.of(vin), vinsIn("/api/v1/vehicles?fleet=named"));
        awaitFact(vin, List.of("named"));
        assertEquals("VEHICLE_UNKNOWN", member("PUT", "named", VINS + "9").code());
        assertEquals(204, member("DELETE", "named", vin).status());
        awaitFact(vin, List.of());
        assertEquals(List.of(), vinsIn("/api/v1/fleets/named/vehicles"));
        assertEquals("FLEET_UNKNOWN", rig.get("/api/v1/fleets/none/vehicles").code());
        assertEquals("FLEET_UNKNOWN", rig.get("/api/v1/vehicles?fleet=none").code());
        Reply other = rig.call("other", "GET", "/api/v1/fleets/named", "");
        assertEquals("FLEET_UNKNOWN", other.code());
    }

    @Test
    void aFleetWithASelectorFollowsLabels() {
        String red = vehicle(2, "{\"colour\":\"red\",\"pilot\":\"\"}");
        String blue = vehicle(3, "{\"colour\":\"blue\"}");
        assertEquals(201, fleet("reds", "[\"colour:red\",\"pilot\"]").status());
        awaitFact(red, List.of("reds"));
        assertEquals(List.of(red), vinsIn("/api/v1/fleets/reds/vehicles"));
        assertEquals("CONFLICT", member("PUT", "reds", blue).code());
        patch(blue, "{\"labels\":{\"colour\":\"red\",\"pilot\":\"x\"}}");
        patch(red, "{\"labels\":{\"pilot\":null}}");
        assertEquals(List.of(blue), vinsIn("/api/v1/fleets/reds/vehicles"));
        awaitFact(red, List.of());

        Reply fleet = rig.get("/api/v1/fleets/reds");
        assertEquals("[\"pilot\",\"colour:red\"]", fleet.json().path("selector").toString());
        String path = "/api/v1/fleets/reds";
        String etag = fleet.header("ETag");
        String change = "{\"name\":\"All red\",\"selector\":[\"colour:red\"]}";
        assertEquals(200, rig.call("demo", "PATCH", path, change, "If-Match", etag).status());
        Reply stale = rig.call("demo", "DELETE", path, "", "If-Match", etag);
        assertEquals("PRECONDITION_FAILED", stale.code());
        assertEquals(rig.get(path).header("ETag"), stale.header("ETag"));
        awaitFact(red, List.of("reds"));
        assertEquals(204, rig.call("demo", "DELETE", path, "").status());
        awaitFact(red, List.of());
        awaitFact(blue, List.of());
    }

    @Test
    void aTokenOfAFleetCoversItsVehicles() {
        String mine = vehicle(4, "{\"owner\":\"a\"}");
        String other = vehicle(5, "{\"owner\":\"b\"}");
        fleet("of-a", "[\"owner:a\"]");
        fleet("of-b", "[\"owner:b\"]");
        String token = "demo///of-a";
        assertEquals(200, rig.call(token, "GET", "/api/v1/vehicles/" + mine, "").status());
        Reply outside = rig.call(token, "GET", "/api/v1/vehicles/" + other, "");
        assertEquals("OUTSIDE_CLAIM", outside.code());
        assertEquals(
                200, rig.call(token, "GET", "/api/v1/vehicles/" + mine + "/timeline", "").status());
        assertEquals(
                List.of(mine),
                rig.call(token, "GET", "/api/v1/vehicles", "").json().findValuesAsText("vin"));
        String both = "demo//" + other + "/of-a";
        assertEquals(
                List.of(mine, other),
                rig.call(both, "GET", "/api/v1/vehicles?q=" + VINS, "")
                        .json()
                        .findValuesAsText("vin"));
        assertEquals(
                List.of("of-a"),
                rig.call(token, "GET", "/api/v1/fleets", "").json().findValuesAsText("id"));
        assertEquals("OUTSIDE_CLAIM", rig.call(token, "GET", "/api/v1/fleets/of-b", "").code());
        assertEquals("OUTSIDE_CLAIM", rig.call(token, "DELETE", "/api/v1/fleets/of-a", "").code());
        Reply audit = rig.call(token, "GET", "/api/v1/audit/registry?limit=1000", "");
        assertTrue(audit.json().findValuesAsText("vin").contains(mine));
        assertFalse(audit.json().findValuesAsText("vin").contains(other));
    }

    @Test
    void anAccessRuleForAFleetFollowsItsMembers() {
        String vin = vehicle(6, "{}");
        fleet("muted", "null");
        String body =
                "{\"scope\":\"FLEET\",\"subject\":\"muted\",\"action\":\"PUBLISH\",\"effect\":\"DENY\","
                        + "\"filter\":\"v1/${vin}/up/can\",\"reason\":\"test\"}";
        Reply rule = rig.post("/api/v1/access-rules", body);
        assertEquals(201, rule.status(), rule.json().toString());
        assertTrue(mayPublish(vin));
        member("PUT", "muted", vin);
        assertFalse(mayPublish(vin));
        assertEquals("CONFLICT", rig.call("demo", "DELETE", "/api/v1/fleets/muted", "").code());
        member("DELETE", "muted", vin);
        assertTrue(mayPublish(vin));
        Eventually.within(Duration.ofSeconds(10))
                .that(
                        "the gateways heard both",
                        () ->
                                rig.records(Topic.REGISTRY_ACCESS).stream()
                                                .filter(r -> RegistryRig.keyOf(r).contains(vin))
                                                .flatMap(r ->
                                                        rig.rules(RegistryRig.keyOf(r)).stream())
                                                .map(AccessRule::state)
                                                .distinct()
                                                .count()
                                        == 2);
    }

    private static boolean mayPublish(String vin) {
        return rig.post(
                        "/api/v1/access-rules:evaluate",
                        "{\"vin\":\"%s\",\"action\":\"PUBLISH\",\"topic\":\"v1/%s/up/can\"}"
                                .formatted(vin, vin))
                .json()
                .path("allowed")
                .asBoolean();
    }

    private static String vehicle(int number, String labels) {
        String vin = VINS + number;
        Reply added =
                rig.post(
                        "/api/v1/vehicles",
                        "{\"vin\":\"%s\",\"model\":\"m\",\"labels\":%s}".formatted(vin, labels));
        assertEquals(201, added.status(), added.json().toString());
        return vin;
    }

    private static Reply fleet(String id, String selector) {
        return rig.post(
                "/api/v1/fleets",
                "{\"id\":\"%s\",\"name\":\"A fleet\",\"selector\":%s}".formatted(id, selector));
    }

    private static Reply member(String method, String fleet, String vin) {
        return rig.call("demo", method, "/api/v1/fleets/" + fleet + "/vehicles/" + vin, "");
    }

    private static void patch(String vin, String body) {
        assertEquals(200, rig.call("demo", "PATCH", "/api/v1/vehicles/" + vin, body).status());
    }

    private static List<String> fleetsOf(String vin) {
        List<String> fleets = new ArrayList<>();
        rig.get("/api/v1/vehicles/" + vin)
                .json()
                .path("fleets")
                .forEach(fleet -> fleets.add(fleet.asText()));
        return fleets;
    }

    private static List<String> vinsIn(String path) {
        return rig.get(path).json().findValuesAsText("vin");
    }

    private static void awaitFact(String vin, List<String> fleets) {
        assertEquals(fleets, fleetsOf(vin));
        Eventually.within(Duration.ofSeconds(10))
                .passes(
                        vin + " is told to be in " + fleets,
                        () -> {
                            List<VehicleFact> told =
                                    rig.records(Topic.REGISTRY_VEHICLES).stream()
                                            .filter(r -> RegistryRig.keyOf(r).equals(vin))
                                            .map(r -> Json.read(r.value(), VehicleFact.class))
                                            .toList();
                            assertEquals(fleets, told.getLast().fleets());
                        });
    }
}
