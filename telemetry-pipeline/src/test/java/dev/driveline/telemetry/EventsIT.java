package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events and trouble codes, from {@code vehicle.events} to REST. */
final class EventsIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final String LOCATED = TelemetryRig.ACME + ",telemetry:location";

    @TempDir private static Path folder;
    private static TelemetryRig rig;
    private static int vehicles;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final Vin vin = Vin.of("JTMW1RFV7KL%06d".formatted(++vehicles));

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        rig.publish(SMALL);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private JsonNode page(String token, String path) {
        String url = "/api/v1/vehicles/" + vin + path;
        return Json.read(rig.http(token).get(url).body(), JsonNode.class);
    }

    private List<String> ids(String path) {
        List<String> ids = new ArrayList<>();
        page(LOCATED, path).path("items").forEach(item -> ids.add(item.get("id").textValue()));
        return ids;
    }

    private static String id(int number) {
        return new UUID(0, number).toString();
    }

    @Test
    void eachEventStandsThereOnceTheLatestFirst() {
        rig.publish(vin, "acme", SMALL.ref());
        String sleep = "{\"wake\":\"SMS\"}";
        rig.event(vin, id(1), "vehicle.sleep", now.minusSeconds(10), sleep);
        rig.event(vin, id(2), "vehicle.crash", now.minusSeconds(20), "{\"g\":9,\"lat\":1.5}");
        rig.event(vin, id(3), "driveline.session.opened", now.minusSeconds(5), "{\"run\":\"1\"}");
        rig.event(vin, id(4), "vehicle.boot", Instant.MAX, "null");
        // Sent again, and one from a clock that stands in the future.
        rig.event(vin, id(1), "vehicle.sleep", now.minusSeconds(10), sleep);
        rig.event(vin, id(4), "vehicle.boot", null, "null");
        rig.event(vin, id(5), "vehicle.later", now.plusSeconds(9_000), "{\"a\":\"\\u0000\"}");
        rig.send(Topic.VEHICLE_EVENTS, vin.value(), new byte[] {1});
        rig.event(vin, id(6), "vehicle.first", now.minusSeconds(99), "null");
        rig.flush();
        SOON.that("the last is there", () -> ids("/events").contains(id(6)));
        List<String> all = ids("/events");
        assertEquals(List.of(id(3), id(1), id(2), id(6)), all.subList(2, 6));
        assertEquals(List.of(id(4), id(5)), all.subList(0, 2).stream().sorted().toList());
        assertEquals(List.of(id(2)), ids("/events?type=vehicle.crash"));
        assertEquals(5, ids("/events?type=vehicle.").size());
        assertEquals(
                List.of(id(1), id(2)),
                ids("/events?from=%s&to=%s".formatted(now.minusSeconds(20), now.minusSeconds(5))));
        JsonNode page = page(LOCATED, "/events?limit=3");
        assertEquals(all.subList(3, 6), ids("/events?cursor=" + page.get("next").textValue()));
        JsonNode crash = page(LOCATED, "/events?type=vehicle.crash").at("/items/0");
        assertEquals(1.5, crash.at("/data/lat").doubleValue());
        assertEquals(now.minusSeconds(20).toString(), crash.get("at").textValue());
        assertTrue(crash.get("dated").booleanValue());
        JsonNode narrow = page(TelemetryRig.ACME, "/events?type=vehicle.crash").at("/items/0");
        assertTrue(narrow.get("withheld").booleanValue());
        assertTrue(narrow.path("data").isMissingNode());
        JsonNode slept = page(TelemetryRig.ACME, "/events?type=vehicle.sleep").at("/items/0");
        assertEquals("SMS", slept.at("/data/wake").textValue());
        assertEquals(
                false,
                page(LOCATED, "/events?type=vehicle.later").at("/items/0/dated").asBoolean());
    }

    @Test
    void troubleCodesAreAsTheVehicleLastToldThem() {
        rig.publish(vin, "acme", SMALL.ref());
        String report =
                """
                {"codes":[{"code":"P0301","status":"ACTIVE","ecu":"ECM","protocol":"UDS",
                           "freeze":{"rpm":2310}},
                          {"code":"P0420","status":"STORED","ecu":"ECM","protocol":"UDS"}]}
                """;
        rig.event(vin, id(1), "vehicle.dtc.report", now.minusSeconds(60), report);
        rig.event(vin, id(1), "vehicle.dtc.report", now.minusSeconds(60), report);
        rig.flush();
        SOON.that("both are known", () -> page(LOCATED, "/dtcs").path("items").size() == 2);
        JsonNode active = page(LOCATED, "/dtcs").at("/items/0");
        assertEquals("P0301", active.get("code").textValue());
        assertEquals(now.minusSeconds(60).toString(), active.get("since").textValue());
        assertEquals(1, active.get("timesActive").intValue());
        assertEquals(2310, active.at("/freeze/rpm").intValue());
        assertTrue(page(TelemetryRig.ACME, "/dtcs").at("/items/0/freeze").isMissingNode());
        rig.event(
                vin,
                id(2),
                "vehicle.dtc.report",
                now.minusSeconds(30),
                "{\"full\":true,\"ecus\":[\"ECM\"],\"codes\":[]}");
        // From before: it says nothing of now.
        rig.event(
                vin,
                id(3),
                "vehicle.dtc.report",
                now.minusSeconds(45),
                "{\"codes\":[{\"code\":\"P0301\",\"status\":\"ACTIVE\",\"ecu\":\"ECM\",\"protocol\":\"UDS\"}]}");
        rig.flush();
        SOON.that("the last is there", () -> ids("/events").contains(id(3)));
        assertEquals(2, page(LOCATED, "/dtcs?status=CLEARED").get("items").size());
        assertEquals(0, page(LOCATED, "/dtcs?status=ACTIVE").get("items").size());
        assertEquals(
                now.minusSeconds(30).toString(),
                page(LOCATED, "/dtcs").at("/items/0/clearedAt").textValue());
    }

    @Test
    void whatNobodyOwnsIsShownToNobody() {
        rig.event(vin, id(1), "vehicle.sleep", now, "{}");
        Vin other = Vin.of("JTMW1RFV7KL900001");
        rig.publish(other, "acme", SMALL.ref());
        rig.event(other, id(2), "vehicle.sleep", now, "{}");
        rig.flush();
        SOON.that(
                "the one behind it is stored",
                () ->
                        rig.http()
                                .get("/api/v1/vehicles/" + other + "/events")
                                .body()
                                .contains(id(2)));
        rig.publish(vin, "acme", SMALL.ref());
        SOON.that(
                "the vehicle is known",
                () -> rig.http().get("/api/v1/vehicles/" + vin + "/events").status() == 200);
        assertEquals(List.of(), ids("/events"));
    }
}
