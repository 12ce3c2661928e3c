package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL away, and several instances that take partitions from each other. */
final class TelemetryFaultIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final List<Vin> VINS =
            List.of(
                    Vin.of("JTMW1RFV7KD000001"),
                    Vin.of("JTMW1RFV7KD000002"),
                    Vin.of("JTMW1RFV7KD000003"),
                    Vin.of("JTMW1RFV7KD000004"),
                    Vin.of("JTMW1RFV7KD000005"));

    private final long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());

    @TempDir private Path folder;

    private void publishFacts(TelemetryRig rig) {
        rig.publish(SMALL);
        VINS.forEach(vin -> rig.publish(vin, "acme", SMALL.ref()));
    }

    private void send(TelemetryRig rig, int fromSeq, int toSeq) {
        for (int seq = fromSeq; seq <= toSeq; seq++) {
            for (Vin vin : VINS) {
                long t = now + seq;
                rig.batch(
                        vin,
                        TestBatch.of(1, seq, t).frame(t, "can0", 0x100, seq, seq >> 8, 1).bytes(),
                        t);
            }
        }
        rig.flush();
    }

    private static JsonNode json(TelemetryRig rig, String path) {
        Http.Response response = rig.http().get(path);
        assertEquals(200, response.status(), response.body());
        return Json.read(response.body(), JsonNode.class);
    }

    private void assertAllStoredOnce(TelemetryRig rig, int seqs) {
        for (Vin vin : VINS) {
            String from = Instant.EPOCH.plus(now, ChronoUnit.MICROS).toString();
            String to = Instant.EPOCH.plus(now + 1_000_000, ChronoUnit.MICROS).toString();
            SOON.passes(
                    "every sample of " + vin + " once",
                    () -> {
                        JsonNode items =
                                json(
                                                rig,
                                                "/api/v1/vehicles/%s/history?signal=GEAR&signal=MOTION.SPEED&limit=10000&from=%s&to=%s"
                                                        .formatted(vin, from, to))
                                        .get("items");
                        assertEquals(2 * seqs, items.size());
                        for (int seq = 1; seq <= seqs; seq++) {
                            assertEquals(seq, items.get(2 * seq - 2).get("raw").intValue());
                        }
                        JsonNode boot =
                                json(rig, "/api/v1/vehicles/" + vin + "/intake")
                                        .get("items")
                                        .get(0);
                        assertEquals(seqs, boot.get("batches").intValue());
                    });
        }
    }

    @Test
    void withPostgresAwayTelemetryWaitsInKafka() throws SQLException {
        try (TelemetryRig rig = new TelemetryRig(folder)) {
            publishFacts(rig);
            send(rig, 1, 20);
            assertAllStoredOnce(rig, 20);
            SOON.that("it is ready", () -> rig.admin().get("/readyz").status() == 200);
            allowConnections(rig, false);
            send(rig, 21, 40);
            SOON.passes(
                    "it says so",
                    () ->
                            assertTrue(
                                    rig.admin()
                                            .get("/readyz")
                                            .body()
                                            .contains("telemetry.writer")));
            SOON.that(
                    "decoding goes on",
                    () -> rig.records(Topic.TELEMETRY_SIGNALS).size() == 40 * VINS.size());
            allowConnections(rig, true);
            assertAllStoredOnce(rig, 40);
            SOON.that("it is ready again", () -> rig.admin().get("/readyz").status() == 200);
        }
    }

    private static void allowConnections(TelemetryRig rig, boolean allow) throws SQLException {
        String name = rig.database.name();
        try (Connection connection = TestPostgres.freshDatabase().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("alter database " + name + " with allow_connections " + allow);
            if (!allow) {
                statement.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"
                                + name
                                + "'");
            }
        }
    }

    @Test
    void instancesThatComeAndGoStoreEverySampleOnce() {
        try (TelemetryRig rig = new TelemetryRig(folder.resolve("one"))) {
            publishFacts(rig);
            send(rig, 1, 100);
            try (TelemetryRig.Instance second = rig.another(folder.resolve("two"))) {
                send(rig, 50, 200);
                SOON.that("both work", second::isReady);
                send(rig, 150, 300);
                rig.stop();
                send(rig, 301, 350);
                SOON.passes(
                        "the second has it all",
                        () ->
                                assertEquals(
                                        350 * VINS.size(),
                                        rig.records(Topic.TELEMETRY_SIGNALS).size()));
                rig.start();
                send(rig, 351, 400);
            }
            assertAllStoredOnce(rig, 400);
        }
    }
}
