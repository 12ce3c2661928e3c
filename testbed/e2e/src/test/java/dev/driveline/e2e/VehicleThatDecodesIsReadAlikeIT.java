package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.contract.id.Vin;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.Provisioning;
import dev.driveline.simulator.ReplaySource;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.simulator.VehicleCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One recorded drive, driven by two vehicles: one sends its frames, the other decodes them itself
 * and sends signals. From TBox to REST both give the same.
 */
final class VehicleThatDecodesIsReadAlikeIT {

    private static final Vin FRAMES = Vin.of("WDRVR0000NA000011");
    private static final Vin SIGNALS = Vin.of("WDRVR0000NA000012");
    private static final Vin DRIVING = Vin.of("WDRVP0000NA000003");
    private static final List<String> HISTORIES =
            List.of(
                    "can0.GEAR_PACKET.GEAR",
                    "can0.SPEED.SPEED",
                    "can0.STEER_TORQUE_SENSOR.STEER_TORQUE_EPS");

    @TempDir static Path folder;
    private static AllInOne platform;

    @BeforeAll
    static void start() throws Exception {
        platform =
                AllInOne.start(
                        AllInOneConfig.onFreePorts(folder.resolve("data")).withVehicles(3),
                        step -> {});
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void theLatestOfEverySignalIsTheSame() throws Exception {
        Desk desk = Desk.of(platform);
        List<Provisioning.Bus> buses =
                List.of(
                        bus("can0", "toyota/toyota_new_mc_pt_generated.dbc"),
                        bus("can1", "toyota/toyota_adas.dbc"));
        desk.model("toyota", buses);
        long frames = drive(desk, desk.enrolled(FRAMES, "toyota", folder));
        TBoxConfig decoding = desk.enrolled(SIGNALS, "toyota", folder);
        assertEquals(frames, drive(desk, decoding.withDecoding(VehicleCatalogue.of(buses))));

        assertEquals(frames, desk.intake(FRAMES, "frames"));
        assertEquals(0, desk.intake(SIGNALS, "frames"), "it sends none");
        Map<String, JsonNode> expected = latest(desk, FRAMES);
        assertFalse(expected.isEmpty());
        assertEquals(expected, latest(desk, SIGNALS));
        for (String signal : HISTORIES) {
            List<String> history = history(desk, FRAMES, signal);
            assertFalse(history.isEmpty(), signal);
            assertEquals(history, history(desk, SIGNALS, signal), signal);
        }
    }

    @Test
    void theThirdOfTheDevelopersVehiclesIsSuchAOne() {
        Desk desk = Desk.of(platform);
        Eventually.within(Duration.ofMinutes(1))
                .passes(
                        "it is heard",
                        () -> {
                            assertTrue(
                                    latest(desk, DRIVING)
                                            .containsKey("powertrain.MOTION_1.VEHICLE_SPEED"));
                            assertTrue(desk.intake(DRIVING, "batches") > 0);
                        });
        assertEquals(0, desk.intake(DRIVING, "frames"));
    }

    private static long drive(Desk desk, TBoxConfig config) throws Exception {
        Path log = TestData.path("toyota/log.gz");
        Actuators nothing = (type, params) -> new Actuators.Outcome.Unknown();
        try (TBox box = new TBox(config.withLossless(32), nothing, Clock.systemUTC())) {
            box.start();
            long frames =
                    box.drive(new ReplaySource(log, 0, false, Clock.systemUTC()))
                            .get(120, TimeUnit.SECONDS);
            Eventually.within(Duration.ofMinutes(2))
                    .that(
                            "all batches are stored",
                            () ->
                                    desk.intake(config.vin(), "batches")
                                            == box.acknowledgedBatches());
            return frames;
        }
    }

    /** By signal, without when and how it came. */
    private static Map<String, JsonNode> latest(Desk desk, Vin vin) {
        Map<String, JsonNode> latest = new TreeMap<>();
        for (JsonNode item : desk.all("/api/v1/vehicles/" + vin + "/signals?limit=1000")) {
            latest.put(
                    item.path("signal").asText(),
                    item.<ObjectNode>deepCopy().without(List.of("recv")));
        }
        return latest;
    }

    private static List<String> history(Desk desk, Vin vin, String signal) {
        return desk
                .all(
                        "/api/v1/vehicles/"
                                + vin
                                + "/history?limit=10000&from=2015-01-01T00:00:00Z&to=2025-01-01T00:00:00Z&signal="
                                + Desk.encode(signal))
                .stream()
                .map(item -> item.path("t") + " " + item.path("raw") + " " + item.path("phys"))
                .toList();
    }

    private static Provisioning.Bus bus(String name, String file) throws Exception {
        Path path = TestData.path(file);
        return new Provisioning.Bus(
                name, "EXACT", String.valueOf(path.getFileName()), Files.readAllBytes(path));
    }
}
