package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without PostgreSQL vehicles connect as ever, REST says that it cannot, and all comes back. */
class DatabaseAwayIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int VEHICLES = 3;

    @TempDir private Path folder;

    private final Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void vehiclesReconnectWhileTheDatabaseIsAwayAndRestComesBackByItself() throws Exception {
        AllInOneConfig config =
                AllInOneConfig.onFreePorts(folder.resolve("data")).withVehicles(VEHICLES);
        try (AllInOne platform = AllInOne.start(config, step -> {})) {
            Eventually.within(LIMIT)
                    .that("all are connected", () -> platform.sessions() == VEHICLES);
            JsonNode model = firstModel(platform);
            platform.stopPostgresql();
            platform.restartGateway();
            Eventually.within(LIMIT)
                    .that("all are back without PostgreSQL", () -> platform.sessions() == VEHICLES);
            HttpResponse<String> away = vehicles(platform);
            assertEquals(503, away.statusCode(), away.body());
            assertTrue(away.headers().firstValue("Retry-After").isPresent());
            assertTrue(away.body().contains("\"retryable\":true"), away.body());
            assertEquals(503, plan(platform, model).statusCode());
            platform.startPostgresql();
            Eventually.within(LIMIT)
                    .that("REST answers", () -> vehicles(platform).statusCode() == 200);
            assertEquals(1, firstModel(platform).path("schedule").size(), "nothing was planned");
            Eventually.within(LIMIT)
                    .that("a change is taken", () -> plan(platform, model).statusCode() == 200);
            assertEquals(2, firstModel(platform).path("schedule").size());
            assertEquals(VEHICLES, platform.sessions());
        }
    }

    private HttpResponse<String> vehicles(AllInOne platform) throws Exception {
        return send(platform, "/api/v1/vehicles", HttpRequest.Builder::GET);
    }

    private JsonNode firstModel(AllInOne platform) throws Exception {
        HttpResponse<String> models = send(platform, "/api/v1/models", HttpRequest.Builder::GET);
        return Json.read(models.body(), JsonNode.class).path("items").path(0);
    }

    /** The same catalogue once more, from a date on. */
    private HttpResponse<String> plan(AllInOne platform, JsonNode model) throws Exception {
        String body =
                Json.text(
                        Map.of(
                                "catalogue",
                                model.path("catalogue").asText(),
                                "from",
                                tomorrow.toString()));
        return send(
                platform,
                "/api/v1/models/" + model.path("id").asText() + "/catalogue",
                request -> request.PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(
            AllInOne platform, String path, UnaryOperator<HttpRequest.Builder> method)
            throws Exception {
        return http.send(
                method.apply(
                                HttpRequest.newBuilder(platform.api().resolve(path))
                                        .header(
                                                "Authorization",
                                                "Bearer " + platform.operatorToken())
                                        .timeout(Duration.ofSeconds(30)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
