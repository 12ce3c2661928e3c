package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.command.root.CommandRoot;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.TBox;
import dev.driveline.testkit.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The authority of the gateways' certificates changes while a vehicle drives: it follows whom the
 * command root names, comes back from those that do not fit, and believes nobody else.
 */
class TrustAnchorsChangeIT {

    private static final Vin TOLD = Vin.of("WDRV0TESTANCH1001");
    private static final Vin AWAY = Vin.of("WDRV0TESTANCH1002");
    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(40));
    private static final Actuators ACTUATORS =
            (type, params) -> new Actuators.Outcome.Done(Map.of());

    @TempDir static Path folder;
    private static AllInOne platform;
    private static Desk desk;

    @BeforeAll
    static void start() throws Exception {
        platform =
                AllInOne.start(
                        AllInOneConfig.onFreePorts(folder.resolve("data")).withVehicles(0),
                        step -> {});
        desk = Desk.of(platform);
        desk.post("/api/v1/models", "{\"id\":\"anchors\",\"name\":\"Anchors\"}");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void vehiclesFollowTheCommandRootAndNobodyElse() throws Exception {
        Clock clock = Clock.systemUTC();
        Path former = platform.config().dev().resolve("ca.crt");
        KeyMaker next = KeyMaker.in(folder.resolve("next"), "servers", "Next servers", clock);
        KeyMaker.writeAuthorities(folder.resolve("next.crt"), List.of(next.certificate()));
        KeyMaker stranger = KeyMaker.in(folder.resolve("other"), "servers", "Strangers", clock);
        KeyMaker.writeAuthorities(folder.resolve("stranger.crt"), List.of(stranger.certificate()));
        try (TBox told = new TBox(desk.enrolled(TOLD, "anchors", folder), ACTUATORS, clock);
                TBox away = new TBox(desk.enrolled(AWAY, "anchors", folder), ACTUATORS, clock)) {
            told.start();
            sign("anchors-1.jws", null, former, folder.resolve("next.crt"));
            SOON.that("version 1 is published", () -> published("anchors-1.jws"));
            SOON.that("it is taken", () -> said(TOLD, 1, "APPLIED"));

            sign("anchors-2.jws", "anchors-1.jws", folder.resolve("stranger.crt"));
            SOON.that("version 2 is published", () -> published("anchors-2.jws"));
            SOON.that("it is taken back", () -> said(TOLD, 2, "ROLLED_BACK"));
            SOON.that("it is seen", () -> refusals(TOLD).equals(List.of("CONNECT_FAILED")));
            SOON.that("the vehicle is here", told::isConnected);

            next.server(platform.config().dev().resolve("secret"), "gateway");
            platform.restartGateway();
            away.start();
            SOON.that(
                    "who was told connects", () -> told.isConnected() && platform.sessions() == 1);
            SOON.that("who was not connects to nobody", () -> away.notConnected() != null);
            String why = String.valueOf(away.notConnected());
            assertTrue(why.contains("unable to find valid certification path"), why);
            assertFalse(away.isConnected());

            sign("anchors-3.jws", "anchors-2.jws", folder.resolve("next.crt"));
            SOON.that("version 3 is published", () -> published("anchors-3.jws"));
            SOON.that("without the former one", () -> said(TOLD, 3, "APPLIED"));
            assertEquals(1, platform.sessions(), "and the other is still away");
        }
    }

    private static boolean published(String file) throws Exception {
        String signed = Files.readString(folder.resolve(file)).strip();
        return desk.http()
                        .put(
                                "/api/v1/signed-by-root/" + TrustAnchors.NAMESPACE,
                                Json.text(Map.of("document", signed)))
                        .status()
                == 200;
    }

    /** What a vehicle has last said of the authorities. */
    private static boolean said(Vin vin, long version, String state) {
        for (JsonNode item :
                desk.get("/api/v1/vehicles/" + vin + "/signed-by-root").path("items")) {
            if (item.path("namespace").asText().equals(TrustAnchors.NAMESPACE)) {
                return item.path("version").asLong() == version
                        && item.path("state").asText().equals(state);
            }
        }
        return false;
    }

    private static List<String> refusals(Vin vin) {
        List<String> codes = new ArrayList<>();
        desk.all("/api/v1/vehicles/" + vin + "/timeline?type=" + EventTypes.SIGNED_REFUSED)
                .forEach(event -> codes.add(event.path("data").path("code").asText()));
        return codes;
    }

    private static void sign(String next, String previous, Path... authorities) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "development\n");
        Path root = platform.config().dev().resolve("secret").resolve("command-root.p12");
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "sign-anchors",
                                "--root",
                                root.toString(),
                                "--password-file",
                                password.toString(),
                                "--out",
                                folder.resolve(next).toString()));
        if (previous != null) {
            arguments.addAll(List.of("--previous", folder.resolve(previous).toString()));
        }
        for (Path authority : authorities) {
            arguments.addAll(List.of("--anchor", authority.toString()));
        }
        assertEquals(0, CommandRoot.execute(arguments.toArray(String[]::new)));
    }
}
