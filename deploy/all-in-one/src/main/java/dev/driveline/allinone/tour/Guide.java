package dev.driveline.allinone.tour;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.simulator.Enrolment;
import dev.driveline.simulator.OwnVehicle;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.Provisioning;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.simulator.VehicleModel;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The steps of the tour, each with the request, the answer and a check. */
public final class Guide implements AutoCloseable {

    private static final String SPEED = "powertrain.MOTION_1.VEHICLE_SPEED";
    private static final String MODEL = "driveline-petrol";
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final long LOOK_MS = 200;

    private final Where where;
    private final PrintStream out;
    private final Rest rest;
    private final Clock clock = Clock.systemUTC();
    private final Path folder;
    private final Vin online;
    private final Vin late;
    private final TBox onlineBox;
    private final TBox lateBox;
    private int step;

    /**
     * A platform that runs.
     *
     * @param dev its folder with {@code ca.crt}, {@code operator.jwt} and {@code command-root.pem}
     */
    public record Where(URI api, URI est, String gatewayHost, int gatewayPort, Path dev) {}

    /** Registers and enrols two vehicles of its own. */
    public Guide(Where where, PrintStream out)
            throws IOException, InterruptedException, GeneralSecurityException {
        this.where = where;
        this.out = out;
        String token = Files.readString(where.dev().resolve("operator.jwt")).strip();
        this.rest = new Rest(where.api(), token, out);
        this.folder = Files.createTempDirectory("tour");
        // New numbers each time: the tour ends with a revoked certificate.
        long number = Math.floorMod(clock.millis() / 1_000, 499_999L) * 2;
        this.online = Vin.of("WDRVT0000NA%06d".formatted(number));
        this.late = Vin.of("WDRVT0000NA%06d".formatted(number + 1));
        VehicleModel onlineCar =
                new VehicleModel(VehicleModel.Kind.PETROL, 250, 48.137, 11.575, 8_000);
        VehicleModel lateCar =
                new VehicleModel(VehicleModel.Kind.PETROL, 600, 48.137, 11.575, 8_000);
        try (Provisioning provisioning = new Provisioning(where.api(), token)) {
            this.onlineBox = box(provisioning, online, onlineCar);
            this.lateBox = box(provisioning, late, lateCar);
        }
        var _ = onlineBox.drive(new OwnVehicle(onlineCar, clock));
    }

    /**
     * Takes the tour.
     *
     * @throws CheckFailed at the first check that does not hold
     */
    public void take() throws Exception {
        comesOnline();
        speedIsReadAndWatched();
        doorsAreLocked();
        anAbsentVehicleGetsItsCommandLater();
        collectionIsChanged();
        certificateIsRevoked();
        out.println();
        out.println("All " + step + " steps hold.");
    }

    /** A check that did not hold. */
    public static final class CheckFailed extends RuntimeException {
        CheckFailed(String what) {
            super(what);
        }
    }

    @Override
    public void close() {
        onlineBox.close();
        lateBox.close();
        rest.close();
    }

    private void comesOnline() throws Exception {
        title("A vehicle comes online: " + online);
        onlineBox.start();
        eventually("its TBox is connected", onlineBox::isConnected);
        rest.show("GET", "/api/v1/vehicles/" + online, null);
        eventually(
                "its signals can be read",
                () ->
                        rest.send("GET", "/api/v1/vehicles/" + online + "/signals?limit=1", null)
                                        .body()
                                        .path("items")
                                        .size()
                                == 1);
    }

    private void speedIsReadAndWatched() throws Exception {
        title("Its speed is read, and watched live");
        Rest.Reply latest =
                rest.show("GET", "/api/v1/vehicles/" + online + "/signals?signal=" + SPEED, null);
        JsonNode sample = latest.body().path("items").path(0);
        check(
                "one sample in km/h",
                sample.path("unit").asText().equals("km/h")
                        && sample.path("quality").asText().equals("GOOD"));
        int[] seen = {0};
        JsonNode third =
                rest.follow(
                        "/api/v1/vehicles/" + online + "/stream?signal=" + SPEED + "&every=1s",
                        event -> ++seen[0] == 3);
        check("three samples came as they were driven", third != null);
    }

    private void doorsAreLocked() throws Exception {
        title("The doors are locked by a command");
        Rest.Reply accepted =
                rest.show(
                        "POST",
                        "/api/v1/vehicles/" + online + "/commands",
                        Map.of("type", "doors.lock", "reason", "tour"));
        check("accepted", accepted.status() == 202);
        JsonNode last =
                rest.follow(
                        "/api/v1/commands/" + accepted.body().path("id").asText() + "/stream",
                        event -> event.path("state").asText().equals("SUCCEEDED"));
        check(
                "the vehicle says that it is locked",
                last != null && last.path("result").path("locked").asBoolean());
    }

    private void anAbsentVehicleGetsItsCommandLater() throws Exception {
        title("An absent vehicle gets its command when it returns: " + late);
        Rest.Reply accepted =
                rest.show(
                        "POST",
                        "/api/v1/vehicles/" + late + "/commands",
                        Map.of(
                                "type",
                                "climate.start",
                                "params",
                                Map.of("targetC", 21),
                                "ttlS",
                                600));
        String command = "/api/v1/commands/" + accepted.body().path("id").asText();
        check(
                "it waits",
                rest.show("GET", command, null).body().path("state").asText().equals("QUEUED"));
        out.println("  … the vehicle is switched on");
        lateBox.start();
        eventually(
                "it was executed",
                () ->
                        rest.send("GET", command, null)
                                .body()
                                .path("state")
                                .asText()
                                .equals("SUCCEEDED"));
        rest.show("GET", command, null);
    }

    private void collectionIsChanged() throws Exception {
        title("What a vehicle sends is changed by configuration");
        double before = speedsASecond();
        out.printf("  %.1f values of %s a second%n", before, SPEED);
        String document = "/api/v1/vehicles/" + online + "/configuration/telemetry.collection";
        Rest.Reply made =
                rest.show(
                        "PUT",
                        document,
                        Map.of("content", Map.of("defaultMinIntervalMs", 1_000), "reason", "tour"));
        check("made", made.status() == 200);
        eventually(
                "the vehicle has applied it",
                () -> rest.send("GET", document, null).body().path("inSync").asBoolean());
        rest.show("GET", document, null);
        eventually("fewer values come", () -> speedsASecond() < before / 4);
        out.printf("  %.1f values of %s a second%n", speedsASecond(), SPEED);
    }

    private void certificateIsRevoked() throws Exception {
        title("Its certificate is revoked, and its session closed");
        Rest.Reply certificates = rest.show("GET", "/api/v1/certificates?vin=" + online, null);
        String id = certificates.body().path("items").path(0).path("id").asText();
        long startNs = System.nanoTime();
        Rest.Reply revoked =
                rest.show(
                        "POST",
                        "/api/v1/certificates/" + id + ":revoke",
                        Map.of("reason", "keyCompromise"));
        check("revoked", revoked.status() == 200);
        eventually("the session is closed", () -> !onlineBox.isConnected());
        out.printf("  closed %d ms after the request%n", (System.nanoTime() - startNs) / 1_000_000);
        pause(3_000);
        check("the vehicle stays out", !onlineBox.isConnected());
        check("the other one stays connected", lateBox.isConnected());
    }

    /** Over the last three seconds of vehicle time that were stored. */
    private double speedsASecond() throws IOException, InterruptedException {
        pause(4_000);
        Instant to = clock.instant().minusSeconds(1);
        String path =
                "/api/v1/vehicles/"
                        + online
                        + "/history?signal="
                        + SPEED
                        + "&limit=1000&from="
                        + encode(to.minusSeconds(3).toString())
                        + "&to="
                        + encode(to.toString());
        return rest.send("GET", path, null).body().path("items").size() / 3.0;
    }

    private TBox box(Provisioning provisioning, Vin vin, VehicleModel car)
            throws IOException, InterruptedException, GeneralSecurityException {
        String serial = "TOUR-" + vin;
        Path own = Files.createDirectories(folder.resolve(vin.value()));
        provisioning.vehicle(vin, MODEL, serial, Map.of("tour", "yes"));
        new Enrolment(where.est(), Pem.certificates(where.dev().resolve("ca.crt")))
                .withToken(own, serial, provisioning.enrolmentToken(serial));
        TBoxConfig config =
                TBoxConfig.driving(
                                vin,
                                own,
                                where.gatewayHost(),
                                where.gatewayPort(),
                                where.dev().resolve("ca.crt"),
                                where.dev().resolve("command-root.pem"))
                        .withMaxBackoff(Duration.ofSeconds(1));
        return new TBox(config, car, clock);
    }

    private void title(String text) {
        step++;
        out.println();
        out.println(step + ". " + text);
    }

    private void check(String what, boolean holds) {
        out.println((holds ? "  ok: " : "  FAILED: ") + what);
        if (!holds) {
            throw new CheckFailed(what);
        }
    }

    private void eventually(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                check(what, false);
            }
            pause(LOOK_MS);
        }
        check(what, true);
    }

    private static void pause(long ms) throws InterruptedException {
        var _ = new CountDownLatch(1).await(ms, TimeUnit.MILLISECONDS);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
