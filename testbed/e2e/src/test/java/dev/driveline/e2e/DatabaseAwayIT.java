package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.testkit.Eventually;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without PostgreSQL vehicles connect as ever, REST says that it cannot, and all comes back. */
class DatabaseAwayIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int VEHICLES = 3;

    @TempDir private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void vehiclesReconnectWhileTheDatabaseIsAwayAndRestComesBackByItself() throws Exception {
        AllInOneConfig config =
                AllInOneConfig.onFreePorts(folder.resolve("data")).withVehicles(VEHICLES);
        try (AllInOne platform = AllInOne.start(config, step -> {})) {
            Eventually.within(LIMIT)
                    .that("all are connected", () -> platform.sessions() == VEHICLES);
            platform.stopPostgresql();
            platform.restartGateway();
            Eventually.within(LIMIT)
                    .that("all are back without PostgreSQL", () -> platform.sessions() == VEHICLES);
            HttpResponse<String> away = vehicles(platform);
            assertEquals(503, away.statusCode(), away.body());
            assertTrue(away.headers().firstValue("Retry-After").isPresent());
            assertTrue(away.body().contains("\"retryable\":true"), away.body());
            platform.startPostgresql();
            Eventually.within(LIMIT)
                    .that("REST answers", () -> vehicles(platform).statusCode() == 200);
            assertEquals(VEHICLES, platform.sessions());
        }
    }

    private HttpResponse<String> vehicles(AllInOne platform) throws Exception {
        return http.send(
                HttpRequest.newBuilder(platform.api().resolve("/api/v1/vehicles"))
                        .header("Authorization", "Bearer " + platform.operatorToken())
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
