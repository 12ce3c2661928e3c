package dev.driveline.bench.server;

import dev.driveline.embedded.EmbeddedPostgresql;
import dev.driveline.registry.RegistryConfig;
import dev.driveline.registry.RegistryService;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A registry with its PostgreSQL in this process, whose rules the gateways of a {@link Platform}
 * believe; whoever calls it is the operator.
 */
public final class RealRegistry implements AutoCloseable {

    private static final String DATABASE = "bench";

    private final EmbeddedPostgresql postgresql;
    private final ServiceProcess process;
    private final HttpClient http = HttpClient.newHttpClient();

    private RealRegistry(EmbeddedPostgresql postgresql, ServiceProcess process) {
        this.postgresql = postgresql;
        this.process = process;
    }

    /**
     * @param folder where the platform keeps the key that its gateways pin
     */
    public static RealRegistry start(KafkaConfig kafka, Fleet fleet, Path folder)
            throws SQLException {
        EmbeddedPostgresql postgresql =
                EmbeddedPostgresql.start(EmbeddedPostgresql.Config.in(folder.resolve("postgres")));
        postgresql.createDatabase(DATABASE);
        ServiceProcess process =
                ServiceProcess.start(
                        ServiceProcess.ProcessConfig.onFreePorts(),
                        token ->
                                new Caller(
                                        "operator",
                                        null,
                                        Fleet.TENANT,
                                        Arrays.stream(Scope.values())
                                                .map(Scope::text)
                                                .collect(Collectors.toSet()),
                                        null),
                        Clock.systemUTC());
        RealRegistry registry = new RealRegistry(postgresql, process);
        try {
            Settings settings = Settings.of(environment(kafka, fleet, folder, postgresql));
            RegistryConfig config = RegistryConfig.from(settings);
            settings.finish();
            var _ = RegistryService.start(config, process);
            process.open();
            return registry;
        } catch (RuntimeException failed) {
            registry.close();
            throw failed;
        }
    }

    private static Map<String, String> environment(
            KafkaConfig kafka, Fleet fleet, Path folder, EmbeddedPostgresql postgresql) {
        Map<String, String> environment = new HashMap<>();
        environment.put("DRIVELINE_KAFKA_BOOTSTRAP", kafka.bootstrap());
        environment.put("DRIVELINE_KAFKA_CREATE_TOPICS", "true");
        environment.put("DRIVELINE_KAFKA_PARTITIONS", Integer.toString(kafka.partitions()));
        environment.put("DRIVELINE_KAFKA_SLOTS", Integer.toString(kafka.slots()));
        environment.put("DRIVELINE_KAFKA_REPLICATION", "1");
        environment.put("DRIVELINE_POSTGRES_URL", postgresql.jdbcUrl(DATABASE));
        environment.put("DRIVELINE_POSTGRES_USER", postgresql.user());
        environment.put("DRIVELINE_POSTGRES_PASSWORD", postgresql.password());
        environment.put("DRIVELINE_REGISTRY_CA_KEYSTORE", folder.resolve("ca.p12").toString());
        environment.put("DRIVELINE_REGISTRY_CA_PASSWORD", "bench");
        environment.put("DRIVELINE_REGISTRY_CA_TENANT", Fleet.TENANT.value());
        environment.put("DRIVELINE_REGISTRY_CA_CREATE", "true");
        environment.put(
                "DRIVELINE_REGISTRY_SIGNING_KEY", folder.resolve("registry.key").toString());
        environment.put("DRIVELINE_EST_HOST", "127.0.0.1");
        environment.put("DRIVELINE_EST_PORT", "0");
        environment.put(
                "DRIVELINE_EST_TLS_CERTIFICATE", fleet.folder().resolve("server.crt").toString());
        environment.put("DRIVELINE_EST_TLS_KEY", fleet.folder().resolve("server.key").toString());
        return environment;
    }

    /** Makes the fleet's first vehicles known to it. */
    public void register(int count) throws IOException, InterruptedException {
        ask("POST", "/api/v1/models", "{\"id\":\"bench\",\"name\":\"bench\"}", 201);
        for (int vehicle = 0; vehicle < count; vehicle++) {
            String body =
                    "{\"vin\":\"%s\",\"model\":\"bench\",\"state\":\"ACTIVE\"}"
                            .formatted(Fleet.vin(vehicle));
            ask("POST", "/api/v1/vehicles", body, 201);
        }
    }

    /** Returns when REST has answered. */
    public void suspend(int vehicle) throws IOException, InterruptedException {
        ask("PATCH", "/api/v1/vehicles/" + Fleet.vin(vehicle), "{\"state\":\"SUSPENDED\"}", 200);
    }

    private void ask(String method, String path, String body, int expected)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:" + process.rest().port() + path))
                                .header("Authorization", "Bearer operator")
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException(method + " " + path + ": " + answer.body());
        }
    }

    @Override
    public void close() {
        process.close();
        postgresql.close();
    }
}
