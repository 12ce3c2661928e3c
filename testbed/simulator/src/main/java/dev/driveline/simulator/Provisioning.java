package dev.driveline.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes known to the registry what is to be simulated, by the same REST that a factory uses. What
 * is there already is left as it is.
 */
public final class Provisioning implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final URI api;
    private final String token;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /**
     * @param api for example {@code http://localhost:8080}
     * @param token bearer token with registry:read, registry:write and certificates:issue
     */
    public Provisioning(URI api, String token) {
        this.api = api;
        this.token = token;
    }

    /** One bus of a catalogue. */
    public record Bus(String name, String matching, String fileName, byte[] dbc) {}

    /**
     * Registers a catalogue and a model that uses it.
     *
     * @return the catalogue, {@code id@hash}
     */
    public String model(String model, String name, List<Bus> buses)
            throws IOException, InterruptedException {
        List<Map<String, String>> bodies =
                buses.stream()
                        .map(bus ->
                                Map.of(
                                        "bus", bus.name(),
                                        "matching", bus.matching(),
                                        "fileName", bus.fileName(),
                                        "dbcBase64", Base64.getEncoder().encodeToString(bus.dbc())))
                        .toList();
        JsonNode catalogue =
                send(
                        "POST",
                        "/api/v1/catalogues",
                        Map.of("id", model, "buses", bodies),
                        Set.of(200, 201));
        send("POST", "/api/v1/models", Map.of("id", model, "name", name), Set.of(201, 409));
        String ref = catalogue.path("ref").asText();
        send(
                "PUT",
                "/api/v1/models/" + model + "/catalogue",
                Map.of("catalogue", ref),
                Set.of(200, 204));
        return ref;
    }

    /** Registers a vehicle with its TBox. */
    public void vehicle(Vin vin, String model, String serial, Map<String, String> labels)
            throws IOException, InterruptedException {
        send(
                "POST",
                "/api/v1/vehicles",
                Map.of(
                        "vin",
                        vin.value(),
                        "model",
                        model,
                        "state",
                        "ACTIVE",
                        "labels",
                        labels,
                        "tboxSerial",
                        serial),
                Set.of(201, 409));
    }

    /** A one-time token with which a TBox may enrol. */
    public String enrolmentToken(String serial) throws IOException, InterruptedException {
        String path =
                "/api/v1/tboxes/" + URLEncoder.encode(serial, StandardCharsets.UTF_8) + ":token";
        return send("POST", path, Map.of(), Set.of(200, 201)).path("token").asText();
    }

    @Override
    public void close() {
        client.close();
    }

    private JsonNode send(String method, String path, Object body, Set<Integer> expected)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(api.resolve(path))
                        .timeout(LIMIT)
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                        .build();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (!expected.contains(answer.statusCode())) {
            throw new IOException(
                    method
                            + " "
                            + request.uri()
                            + " answered "
                            + answer.statusCode()
                            + ": "
                            + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer.body().length == 0
                ? Json.mapper().createObjectNode()
                : Json.tree(answer.body());
    }
}
