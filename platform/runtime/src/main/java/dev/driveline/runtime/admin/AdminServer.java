package dev.driveline.runtime.admin;

import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.RestRouter;
import dev.driveline.runtime.rest.Route;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The admin port: {@code /livez}, {@code /startupz}, {@code /readyz} (200 or 503 with the problems
 * as JSON) and {@code /metrics} (Prometheus text), these without authentication: not to be exposed.
 * What a service adds asks for tokens as REST does.
 */
public final class AdminServer implements AutoCloseable {

    private static final long LIMIT_S = 30;

    private final Health health;
    private final PrometheusMeterRegistry metrics;
    private final RestRouter routes;
    private final HttpServer server;

    /**
     * Opens the port.
     *
     * @param routes takes every path that is not the admin port's own; closed with it
     * @throws IllegalStateException naming host and port, if it is taken
     */
    public AdminServer(
            Vertx vertx,
            String host,
            int port,
            Health health,
            PrometheusMeterRegistry metrics,
            RestRouter routes) {
        this.routes = routes;
        this.health = health;
        this.metrics = metrics;
        try {
            this.server =
                    vertx.createHttpServer()
                            .requestHandler(this::handle)
                            .listen(port, host)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(LIMIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while opening the admin port", interrupted);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IllegalStateException(
                    "cannot listen for admin on "
                            + host
                            + ":"
                            + port
                            + " (setting admin.port): "
                            + failed.getMessage(),
                    failed);
        }
    }

    public int port() {
        return server.actualPort();
    }

    /** Adds a service's own routes. */
    public void add(List<Route> added) {
        routes.add(added);
    }

    @Override
    public void close() {
        routes.close();
        server.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(5, TimeUnit.SECONDS)
                .exceptionally(e -> null)
                .join();
    }

    private void handle(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/livez" -> answer(request, 200, Map.of("alive", "yes"));
            case "/startupz" -> answer(request, health.hasStarted() ? 200 : 503, health.problems());
            case "/readyz" -> {
                Map<String, String> problems = health.problems();
                answer(request, problems.isEmpty() ? 200 : 503, problems);
            }
            case "/metrics" -> {
                var _ =
                        request.response()
                                .putHeader(
                                        "Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                                .end(metrics.scrape());
            }
            default -> routes.handle(request);
        }
    }

    private static void answer(HttpServerRequest request, int status, Object body) {
        var _ =
                request.response()
                        .setStatusCode(status)
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(Json.bytes(body)));
    }
}
