package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.simulator.OwnVehicle;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.simulator.VehicleModel;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the whole platform: what was acknowledged is there afterwards, and what waits is
 * delivered.
 */
class KilledPlatformLosesNothingIT {

    @TempDir Path folder;

    private final int httpPort = Ports.free();
    private final int mqttPort = Ports.free();
    private final int estPort = Ports.free();
    private final Map<String, String> ports =
            Map.of(
                    "DRIVELINE_HTTP_PORT", String.valueOf(httpPort),
                    "DRIVELINE_MQTT_PORT", String.valueOf(mqttPort),
                    "DRIVELINE_MQTT_WEBSOCKET_PORT", "0",
                    "DRIVELINE_EST_PORT", String.valueOf(estPort),
                    "DRIVELINE_ADMIN_PORT", "0",
                    "DRIVELINE_KAFKA_PORT", String.valueOf(Ports.free()),
                    "DRIVELINE_POSTGRES_PORT", String.valueOf(Ports.free()),
                    "DRIVELINE_VEHICLES", "0");

    @Test
    void everythingAcknowledgedIsThereAndQueuedCommandsAreDelivered() throws Exception {
        Vin driving = Vin.of("WDRVK0000NA000001");
        Vin away = Vin.of("WDRVK0000NA000002");
        VehicleModel car = new VehicleModel(VehicleModel.Kind.PETROL, 200, 48, 11, 0);
        Process first = platform("first.log");
        TBox box = null;
        try {
            Desk desk = desk();
            TBoxConfig own = desk.enrolled(driving, "driveline-petrol", folder);
            TBoxConfig absent = desk.enrolled(away, "driveline-petrol", folder);
            box = new TBox(own.withLossless(1_000), car, Clock.systemUTC());
            box.start();
            var _ = box.drive(new OwnVehicle(car, Clock.systemUTC()));
            TBox sending = box;
            Eventually.within(Duration.ofSeconds(30))
                    .that("batches are acknowledged", () -> sending.acknowledgedBatches() >= 5);
            String command =
                    desk.post(
                                    "/api/v1/vehicles/" + away + "/commands",
                                    "{\"type\":\"climate.stop\",\"ttlS\":600}")
                            .path("id")
                            .asText();
            first.destroyForcibly().waitFor();

            Process second = platform("second.log");
            try {
                Desk after = desk();
                assertEquals(
                        "QUEUED", after.get("/api/v1/commands/" + command).path("state").asText());
                VehicleModel parked = new VehicleModel(VehicleModel.Kind.PETROL, 0, 48, 11, 0);
                try (TBox returning = new TBox(absent, parked, Clock.systemUTC())) {
                    returning.start();
                    Eventually.within(Duration.ofSeconds(30))
                            .that(
                                    "the queued command is executed",
                                    () ->
                                            after.get("/api/v1/commands/" + command)
                                                    .path("state")
                                                    .asText()
                                                    .equals("SUCCEEDED"));
                }
                long acknowledgedBefore = sending.acknowledgedBatches();
                Eventually.within(Duration.ofSeconds(30))
                        .that(
                                "the vehicle goes on sending",
                                () -> sending.acknowledgedBatches() > acknowledgedBefore + 2);
                sending.close();
                long acknowledged = sending.acknowledgedBatches();
                Eventually.within(Duration.ofSeconds(30))
                        .passes(
                                "every acknowledged batch is stored",
                                () -> {
                                    long stored = after.intake(driving, "batches");
                                    assertTrue(
                                            stored >= acknowledged,
                                            () ->
                                                    stored
                                                            + " of "
                                                            + acknowledged
                                                            + ": "
                                                            + after.get(
                                                                    "/api/v1/vehicles/"
                                                                            + driving
                                                                            + "/intake"));
                                });
                assertEquals(0, after.intake(driving, "missingBatches"));
            } finally {
                second.destroy();
                assertTrue(second.waitFor(30, TimeUnit.SECONDS), "it stops in order");
            }
        } finally {
            first.destroyForcibly();
            if (box != null) {
                box.close();
            }
        }
    }

    private Process platform(String log) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx768m"));
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path",
                                System.getProperty("java.class.path"))));
        command.add("dev.driveline.allinone.Main");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(log).toFile());
        builder.environment().putAll(ports);
        builder.environment().put("DRIVELINE_DATA", folder.resolve("data").toString());
        Process process = builder.start();
        Eventually.within(Duration.ofSeconds(90))
                .that(
                        "READY in " + log,
                        () ->
                                process.isAlive()
                                        && Files.readString(folder.resolve(log)).contains("READY"));
        return process;
    }

    private Desk desk() throws IOException {
        Path dev = folder.resolve("data").resolve("dev");
        Desk desk =
                new Desk(
                        URI.create("http://localhost:" + httpPort),
                        URI.create("https://localhost:" + estPort),
                        mqttPort,
                        dev,
                        Files.readString(dev.resolve("operator.jwt")).strip());
        assertEquals(200, Http.at(desk.api().toString()).get("/dev/oidc/jwks").status());
        return desk;
    }
}
