package dev.driveline.runtime;

import dev.driveline.runtime.admin.AdminServer;
import dev.driveline.runtime.admin.Health;
import dev.driveline.runtime.auth.Authenticator;
import dev.driveline.runtime.auth.Grants;
import dev.driveline.runtime.kafka.GrantLog;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.RestConfig;
import dev.driveline.runtime.rest.RestRouter;
import dev.driveline.runtime.rest.RestServer;
import dev.driveline.runtime.settings.Settings;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one operating system process has once, however many services run in it: event loops, the
 * REST port, the admin port, metrics, health, the clock, and the order of closing.
 *
 * <p>A service's {@code start(config, process)} adds its routes and checks and leaves its closing
 * with {@link #onClose}; the last started is closed first. Thread-safe.
 */
public final class ServiceProcess implements AutoCloseable {

    private static final long CLOSE_LIMIT_S = 10;

    /** Operators' requests at work at once. */
    private static final int ADMIN_REQUESTS = 16;

    private final Vertx vertx;
    private final PrometheusMeterRegistry metrics;
    private final Health health = new Health();
    private final RestServer rest;
    private final AdminServer admin;
    private final Clock clock;
    private final Closings closings = new Closings();
    private @Nullable GrantLog grants;

    private ServiceProcess(ProcessConfig config, Authenticator authenticator, Clock clock) {
        this.clock = clock;
        this.metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        JvmGcMetrics pauses = new JvmGcMetrics();
        pauses.bindTo(metrics);
        this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        onClose("garbage collection metrics", pauses);
        onClose("event loops", this::closeVertx);
        try {
            this.admin =
                    new AdminServer(
                            vertx,
                            config.adminHost(),
                            config.adminPort(),
                            health,
                            metrics,
                            new RestRouter(
                                    vertx, ADMIN_REQUESTS, ADMIN_REQUESTS, authenticator, metrics));
            onClose("admin port", admin);
            this.rest = new RestServer(vertx, config.rest(), authenticator, metrics);
        } catch (RuntimeException failed) {
            closings.close();
            throw failed;
        }
    }

    /**
     * Where the ports of a process are.
     *
     * @param adminPort 0 for any free one
     */
    public record ProcessConfig(RestConfig rest, String adminHost, int adminPort) {

        public static ProcessConfig from(Settings settings) {
            return new ProcessConfig(
                    RestConfig.from(settings),
                    settings.text("admin.host", "0.0.0.0"),
                    settings.port("admin.port", 9090));
        }

        /** Any free ports on the loopback interface. */
        public static ProcessConfig onFreePorts() {
            return new ProcessConfig(new RestConfig("127.0.0.1", 0, 256, 1_000), "127.0.0.1", 0);
        }
    }

    /**
     * Starts everything but the services; the admin port is open afterwards, the REST port is not.
     *
     * @throws IllegalStateException naming the port that is taken
     */
    public static ServiceProcess start(
            ProcessConfig config, Authenticator authenticator, Clock clock) {
        return new ServiceProcess(config, authenticator, clock);
    }

    /**
     * Makes the REST port ask {@code registry.grants} what persons may do; once a process, however
     * many services ask for it.
     *
     * @throws IllegalStateException if the topic is missing or Kafka does not answer
     */
    public synchronized void watchGrants(KafkaConfig kafka) {
        if (grants == null) {
            grants = new GrantLog(kafka, "grants", clock);
            onClose("grants", grants);
            rest.grants(grants);
        }
    }

    /**
     * What persons may do.
     *
     * @throws IllegalStateException before {@link #watchGrants}
     */
    public synchronized Grants grants() {
        GrantLog known = grants;
        if (known == null) {
            throw new IllegalStateException("nobody watches the grants of this process");
        }
        return known;
    }

    public Vertx vertx() {
        return vertx;
    }

    public PrometheusMeterRegistry metrics() {
        return metrics;
    }

    public Health health() {
        return health;
    }

    public RestServer rest() {
        return rest;
    }

    public AdminServer admin() {
        return admin;
    }

    public Clock clock() {
        return clock;
    }

    /**
     * Opens the REST port, after the services have added their routes, and declares the start over.
     */
    public void open() {
        rest.start();
        onClose("REST port", rest);
        health.started();
    }

    /** Leaves something to be closed when the process ends, before all that was left earlier. */
    public void onClose(String name, AutoCloseable closing) {
        closings.add(name, closing);
    }

    /**
     * Closes everything, the last started first; a failure is logged and does not stop the rest.
     */
    @Override
    public void close() {
        health.stopping();
        closings.close();
    }

    private void closeVertx() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(CLOSE_LIMIT_S, TimeUnit.SECONDS)
                .join();
    }
}
