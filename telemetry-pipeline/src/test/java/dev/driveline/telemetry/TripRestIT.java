package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
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

/** Trips and charging sessions as REST shows them: pages, times, and who sees where they were. */
final class TripRestIT {

    private static final Vin VIN = Vin.of("JTMW1RFV7KF000011");
    private static final String TRIPS = "/api/v1/vehicles/" + VIN + "/trips";
    private static final String SESSIONS = "/api/v1/vehicles/" + VIN + "/charging-sessions";

    /** 2026-05-01T07:00:00Z. */
    private static final long T0_US = 1_777_618_800_000_000L;

    private static final long HOUR_US = 3_600_000_000L;

    @TempDir private static Path folder;
    private static TelemetryRig rig;

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        TestCatalogue catalogue = TestCatalogue.small();
        rig.publish(catalogue);
        rig.publish(VIN, "acme", catalogue.ref());
        Eventually.within(Duration.ofSeconds(30))
                .that("the vehicle is known", () -> rig.http().get(TRIPS).status() == 200);
        try (Database database =
                Database.openWithOutbox(
                        new DatabaseConfig(
                                rig.database.jdbcUrl(),
                                rig.database.user(),
                                rig.database.password(),
                                2),
                        "telemetry")) {
            database.run(handle -> {
                handle.execute("insert into tenant (name) values ('acme')");
                for (int i = 0; i < 5; i++) {
                    handle.execute(
                            """
                            insert into leg (vin, tenant_id, kind, start_us, end_us, over, driven_m,
                                idle_us, readings)
                            select ?, id, ?, ?, ?, ?, 1000, 1500000,
                                '{5000,80,40,NaN,48.1,11.5,7000,70,36,NaN,48.2,11.6}'
                            from tenant where name = 'acme'
                            """,
                            VIN.value(),
                            i == 2 ? 2 : i == 3 ? 0 : 1,
                            T0_US + i * HOUR_US,
                            T0_US + i * HOUR_US + HOUR_US / 2,
                            i < 4);
                }
            });
        }
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static JsonNode get(String token, String path) {
        Http.Response response = rig.http(token).get(path);
        assertEquals(200, response.status(), response.body());
        return Json.read(response.body(), JsonNode.class);
    }

    private static List<String> starts(String query) {
        List<String> starts = new ArrayList<>();
        get(TelemetryRig.ACME, TRIPS + query)
                .get("items")
                .forEach(item -> starts.add(item.get("start").textValue()));
        return starts;
    }

    @Test
    void tripsComeTheLatestFirstInPages() {
        List<String> all =
                List.of("2026-05-01T11:00:00Z", "2026-05-01T08:00:00Z", "2026-05-01T07:00:00Z");
        assertEquals(all, starts(""));
        List<String> paged = new ArrayList<>();
        String cursor = "";
        for (int page = 0; page < 3; page++) {
            JsonNode body = get(TelemetryRig.ACME, TRIPS + "?limit=1" + cursor);
            assertEquals(1, body.get("items").size());
            paged.add(body.at("/items/0/start").textValue());
            assertEquals(page < 2, body.hasNonNull("next"));
            cursor = "&cursor=" + body.path("next").asText();
        }
        assertEquals(all, paged);
    }

    @Test
    void aTimeAsksForWhatLiesInItInPart() {
        assertEquals(
                List.of("2026-05-01T08:00:00Z"),
                starts("?from=2026-05-01T08:30:00Z&to=2026-05-01T11:00:00Z"));
        assertEquals(List.of(), starts("?from=2026-05-01T08:30:01Z&to=2026-05-01T11:00:00Z"));
        assertEquals(400, rig.http().get(TRIPS + "?from=1969-01-01T00:00:00Z").status());
        assertEquals(400, rig.http().get(TRIPS + "?cursor=x").status());
    }

    @Test
    void aTripTellsWhatWasDrivenAndUsed() {
        JsonNode trip = get(TelemetryRig.ACME, TRIPS).at("/items/2");
        assertEquals(2_000, trip.get("distanceM").doubleValue());
        assertTrue(trip.get("byOdometer").booleanValue());
        assertEquals(1.5, trip.get("idleS").doubleValue());
        assertEquals(4, trip.get("energyKwh").doubleValue());
        assertFalse(trip.hasNonNull("fuelL"), trip.toString());
        assertFalse(trip.get("ongoing").booleanValue());
        assertTrue(get(TelemetryRig.ACME, TRIPS).at("/items/0/ongoing").booleanValue());
        JsonNode session = get(TelemetryRig.ACME, SESSIONS).get("items");
        assertEquals(1, session.size());
        assertEquals(-4, session.at("/0/energyKwh").doubleValue());
        assertEquals(80, session.at("/0/first/stateOfCharge").doubleValue());
    }

    @Test
    void whereATripWasNeedsTheScopeForLocations() {
        for (String path : List.of(TRIPS, SESSIONS)) {
            assertFalse(get(TelemetryRig.ACME, path).toString().contains("11.5"));
            JsonNode first =
                    get(TelemetryRig.ACME + ",telemetry:location", path).at("/items/0/first");
            assertEquals(48.1, first.get("latitude").doubleValue());
            assertEquals(11.5, first.get("longitude").doubleValue());
        }
    }
}
