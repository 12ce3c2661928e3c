package dev.driveline.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.Enrolment;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.Provisioning;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.testkit.Http;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A person at a desk with a token: REST calls as the tests across services need them. */
record Desk(URI api, URI est, int gatewayPort, Path dev, String token) {

    static Desk of(AllInOne platform) {
        return new Desk(
                platform.api(),
                platform.est(),
                platform.gatewayPort(),
                platform.config().dev(),
                platform.operatorToken());
    }

    Http http() {
        return Http.at(api.toString()).bearer(token);
    }

    JsonNode get(String path) {
        Http.Response answer = http().get(path);
        if (answer.status() != 200) {
            throw new AssertionError(
                    "GET " + path + " answered " + answer.status() + ": " + answer.body());
        }
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    JsonNode post(String path, String body) {
        Http.Response answer = http().post(path, body);
        if (answer.status() >= 300) {
            throw new AssertionError(
                    "POST " + path + " answered " + answer.status() + ": " + answer.body());
        }
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    /** Registers a model by its DBC files. */
    void model(String id, List<Provisioning.Bus> buses) throws Exception {
        try (Provisioning provisioning = new Provisioning(api, token)) {
            provisioning.model(id, id, buses);
        }
    }

    /** Registers a vehicle and enrols its TBox with a one-time token. */
    TBoxConfig enrolled(Vin vin, String model, Path folder) throws Exception {
        Path own = Files.createDirectories(folder.resolve(vin.value()));
        String serial = "E2E-" + vin;
        try (Provisioning provisioning = new Provisioning(api, token)) {
            provisioning.vehicle(vin, model, serial, Map.of());
            new Enrolment(est, Pem.certificates(dev.resolve("ca.crt")))
                    .withToken(own, serial, provisioning.enrolmentToken(serial));
        }
        return TBoxConfig.driving(
                        vin,
                        own,
                        "localhost",
                        gatewayPort,
                        dev.resolve("ca.crt"),
                        dev.resolve("command-root.pem"))
                .withMaxBackoff(Duration.ofMillis(500));
    }

    /** A number of a vehicle's intake, summed over the boots of its TBox. */
    long intake(Vin vin, String field) {
        long sum = 0;
        for (JsonNode boot : get("/api/v1/vehicles/" + vin + "/intake").path("items")) {
            sum += boot.path(field).asLong();
        }
        return sum;
    }

    /** Every page of a vehicle's list. */
    List<JsonNode> all(String path) {
        List<JsonNode> items = new ArrayList<>();
        String separator = path.contains("?") ? "&" : "?";
        String cursor = null;
        do {
            JsonNode page =
                    get(cursor == null ? path : path + separator + "cursor=" + encode(cursor));
            page.path("items").forEach(items::add);
            cursor = page.path("next").isTextual() ? page.path("next").asText() : null;
        } while (cursor != null);
        return items;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
