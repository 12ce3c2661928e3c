package dev.driveline.runtime.rest;

import dev.driveline.runtime.auth.Authenticator;
import dev.driveline.runtime.auth.Grants;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The REST port of a process. Thread-safe. */
public final class RestServer implements AutoCloseable {

    private static final long START_LIMIT_S = 30;

    private final Vertx vertx;
    private final RestConfig config;
    private final RestRouter router;
    private final List<Route> added = new CopyOnWriteArrayList<>();
    private final ApiDocuments documents = new ApiDocuments();
    private @Nullable HttpServer server;

    public RestServer(
            Vertx vertx, RestConfig config, Authenticator authenticator, MeterRegistry metrics) {
        this.vertx = vertx;
        this.config = config;
        this.router =
                new RestRouter(
                        vertx, config.maxConcurrent(), config.maxStreams(), authenticator, metrics);
        router.add(documents.routes());
    }

    /** Adds routes; before or after {@link #start}. */
    public void add(List<Route> routes) {
        added.addAll(routes);
        router.add(routes);
    }

    /** What persons were granted; before it is set, nothing was. */
    public void grants(Grants known) {
        router.grants(known);
    }

    /** What was added. */
    public List<Route> routes() {
        return List.copyOf(added);
    }

    /** What the services of this process say of their routes. */
    public ApiDocuments documents() {
        return documents;
    }

    /**
     * Opens the port.
     *
     * @throws IllegalStateException naming host and port, if it is taken
     */
    public void start() {
        HttpServer created =
                vertx.createHttpServer(
                        new HttpServerOptions()
                                .setHost(config.host())
                                .setPort(config.port())
                                .setCompressionSupported(true));
        try {
            server =
                    created.requestHandler(router)
                            .listen()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(START_LIMIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while opening the REST port", interrupted);
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException failed) {
            throw new IllegalStateException(
                    "cannot listen for REST on "
                            + config.host()
                            + ":"
                            + config.port()
                            + " (setting http.port): "
                            + failed.getMessage(),
                    failed);
        }
    }

    /** The port that is open. */
    public int port() {
        HttpServer open = server;
        if (open == null) {
            throw new IllegalStateException("the REST server has not been started");
        }
        return open.actualPort();
    }

    @Override
    public void close() {
        router.close();
        HttpServer open = server;
        if (open != null) {
            open.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(5, TimeUnit.SECONDS)
                    .exceptionally(e -> null)
                    .join();
        }
    }

    /** How long a stream may be silent before a comment keeps it alive. */
    public static Duration keepAliveInterval() {
        return Duration.ofSeconds(15);
    }
}
