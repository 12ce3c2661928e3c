package dev.driveline.allinone;

import dev.driveline.command.CommandConfig;
import dev.driveline.command.CommandService;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.embedded.EmbeddedKafka;
import dev.driveline.embedded.EmbeddedPostgresql;
import dev.driveline.gateway.GatewayConfig;
import dev.driveline.gateway.GatewayService;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.mqtt.EdgeConfig;
import dev.driveline.registry.RegistryConfig;
import dev.driveline.registry.RegistryService;
import dev.driveline.registry.est.EstConfig;
import dev.driveline.registry.http.RevocationLimits;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.x509.AuthorityConfig;
import dev.driveline.registry.x509.Profile;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.RestConfig;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.TelemetryConfig;
import dev.driveline.telemetry.TelemetryService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The platform in one process: Kafka, PostgreSQL, the four services, a development authority and
 * identity provider, six vehicles. Data are kept; a second start goes on where the first was
 * killed.
 */
public final class AllInOne implements AutoCloseable {

    private static final int PARTITIONS = 4;
    private static final long BUFFER_BYTES = 32L << 20;
    private static final String DATABASE = "driveline";
    private static final String COMMAND_KEYS_PASSWORD = "development";
    private static final String CA_PASSWORD = "development";

    private final AllInOneConfig config;
    private final Consumer<String> progress;
    private final Clock clock = Clock.systemUTC();
    private final EmbeddedKafka kafka;
    private volatile EmbeddedPostgresql postgresql;
    private final ServiceProcess process;
    private final RegistryService registry;
    private final DevTokens tokens;
    private final DevFleet fleet;
    private @Nullable GatewayService gateway;

    /**
     * Starts everything; returns when it is ready.
     *
     * @param progress told what is being waited for
     * @throws RuntimeException naming the port and its setting, if one is taken
     */
    public static AllInOne start(AllInOneConfig config, Consumer<String> progress)
            throws IOException, GeneralSecurityException, SQLException, InterruptedException {
        return new AllInOne(config, progress);
    }

    private AllInOne(AllInOneConfig config, Consumer<String> progress)
            throws IOException, GeneralSecurityException, SQLException, InterruptedException {
        this.config = config;
        this.progress = progress;
        Path dev = config.dev();
        Files.createDirectories(dev);
        progress.accept("Kafka …");
        kafka =
                EmbeddedKafka.start(
                        EmbeddedKafka.Config.in(config.data().resolve("kafka"))
                                .withPorts(config.kafkaPort(), 0)
                                .withPartitions(PARTITIONS));
        try {
            progress.accept("PostgreSQL …");
            postgresql = startPostgresql(config.postgresPort());
        } catch (RuntimeException failed) {
            kafka.close();
            throw failed;
        }
        try {
            postgresql.createDatabase(DATABASE);
            tokens = DevTokens.in(dev, clock);
            process = ServiceProcess.start(processConfig(), tokens.authenticator(), clock);
        } catch (IOException | SQLException | RuntimeException failed) {
            closeServers();
            throw failed;
        }
        try {
            KeyMaker factory = developmentKeys(dev);
            progress.accept("the services …");
            KafkaConfig kafkaConfig =
                    KafkaConfig.single(kafka.bootstrap(), TopicPrefix.NONE, PARTITIONS);
            registry = RegistryService.start(registryConfig(kafkaConfig), process);
            var _ =
                    TelemetryService.start(
                            new TelemetryConfig(
                                    kafkaConfig,
                                    database(),
                                    config.data().resolve("telemetry-state"),
                                    1,
                                    TelemetryConfig.MAX_RETENTION_DAYS,
                                    TelemetryConfig.PublicTopics.USUAL,
                                    new TelemetryConfig.Frames(true, 7),
                                    TelemetryConfig.Exports.USUAL,
                                    TelemetryConfig.Redecodes.USUAL),
                            process);
            var _ =
                    CommandService.start(
                            new CommandConfig(
                                    kafkaConfig,
                                    database(),
                                    new CommandConfig.Keys(
                                            dev.resolve("secret").resolve("command-keys.p12"),
                                            COMMAND_KEYS_PASSWORD,
                                            dev.resolve("command-root.pem"),
                                            dev.resolve("secret").resolve("command-keys.jws"),
                                            null),
                                    ownRest(),
                                    CommandConfig.Wake.NEVER,
                                    CommandConfig.Webhooks.local(
                                            dev.resolve("secret").resolve("webhook-keys")),
                                    CommandConfig.Batches.USUAL),
                            process);
            startGateway(kafkaConfig);
            if (config.host().equals("127.0.0.1")) {
                process.rest().add(tokens.routes());
            }
            process.open();
            progress.accept("six vehicles to enrol …");
            String operator = tokens.operator();
            Files.writeString(dev.resolve("operator.jwt"), operator + "\n");
            fleet = new DevFleet(config, clock);
            fleet.provision(api(), operator, est(), factory);
            fleet.drive(config.vehicles(), gatewayPort());
        } catch (IOException
                | GeneralSecurityException
                | InterruptedException
                | RuntimeException failed) {
            process.close();
            closeServers();
            throw failed;
        }
    }

    /** Where REST is. */
    public URI api() {
        return URI.create("http://localhost:" + process.rest().port());
    }

    public URI est() {
        return URI.create("https://localhost:" + registry.estPort());
    }

    public int gatewayPort() {
        return gateway().port();
    }

    public int webSocketPort() {
        return gateway().webSocketPort();
    }

    /** How many vehicles are connected. */
    public int sessions() {
        return gateway().sessions();
    }

    public String kafkaBootstrap() {
        return kafka.bootstrap();
    }

    public int postgresPort() {
        return postgresql.port();
    }

    public AllInOneConfig config() {
        return config;
    }

    public ServiceProcess process() {
        return process;
    }

    /** The VIN that is left to the reader's own MQTT client. */
    public Vin reservedVin() {
        return DevFleet.reserved();
    }

    /** A token with all scopes. */
    public String operatorToken() {
        return tokens.operator();
    }

    /** Stops the gateway alone and starts another run on the same ports, as a deployment would. */
    public void restartGateway() {
        GatewayService former = gateway();
        int port = former.port();
        int webSocketPort = former.webSocketPort();
        former.close();
        startGateway(
                KafkaConfig.single(kafka.bootstrap(), TopicPrefix.NONE, PARTITIONS),
                port,
                webSocketPort);
    }

    /** Stops PostgreSQL alone, as an outage would. */
    public void stopPostgresql() {
        postgresql.close();
    }

    /** Starts it again on its port and its data. */
    public void startPostgresql() {
        postgresql = startPostgresql(postgresql.port());
    }

    private EmbeddedPostgresql startPostgresql(int port) {
        return EmbeddedPostgresql.start(
                EmbeddedPostgresql.Config.in(config.data().resolve("postgres")).withPort(port));
    }

    @Override
    public void close() {
        progress.accept("stopping …");
        fleet.close();
        process.close();
        closeServers();
    }

    private void startGateway(KafkaConfig kafkaConfig) {
        startGateway(kafkaConfig, config.mqttPort(), config.webSocketPort());
    }

    private void startGateway(KafkaConfig kafkaConfig, int port, int webSocketPort) {
        Path servers = config.dev().resolve("secret");
        EdgeConfig edge =
                new EdgeConfig(
                        config.host(),
                        port,
                        webSocketPort,
                        servers.resolve("gateway.crt"),
                        servers.resolve("gateway.key"),
                        10_000,
                        null,
                        // A replay over loopback is faster than any vehicle.
                        Limits.STATED.with(Limits.Rates.UNLIMITED));
        gateway =
                GatewayService.start(
                        new GatewayConfig(
                                kafkaConfig,
                                edge,
                                0,
                                config.dev().resolve("secret").resolve("registry.key.pub"),
                                "registry",
                                BUFFER_BYTES),
                        process);
    }

    private GatewayService gateway() {
        GatewayService running = gateway;
        if (running == null) {
            throw new IllegalStateException("the gateway has not been started");
        }
        return running;
    }

    /** Keys and certificates that an installation gets from its own authorities. */
    private KeyMaker developmentKeys(Path dev) throws IOException, GeneralSecurityException {
        Path secret = dev.resolve("secret");
        KeyMaker factory = KeyMaker.in(secret, "factory", "Driveline development factory", clock);
        KeyMaker servers = KeyMaker.in(secret, "servers", "Driveline development servers", clock);
        servers.server(secret, "gateway");
        servers.server(secret, "est");
        KeyMaker.writeAuthorities(dev.resolve("ca.crt"), List.of(servers.certificate()));
        KeyMaker.commandKeys(secret, COMMAND_KEYS_PASSWORD, dev.resolve("command-root.pem"), clock);
        KeyMaker.webhookKeys(secret.resolve("webhook-keys"));
        return factory;
    }

    private ServiceProcess.ProcessConfig processConfig() {
        return new ServiceProcess.ProcessConfig(
                new RestConfig(config.host(), config.httpPort(), 256, 1_000),
                config.host(),
                config.adminPort());
    }

    /** Null where the system chooses the port. */
    private @Nullable URI ownRest() {
        return config.httpPort() == 0 ? null : URI.create("http://127.0.0.1:" + config.httpPort());
    }

    private RegistryConfig registryConfig(KafkaConfig kafkaConfig) {
        Path secret = config.dev().resolve("secret");
        return new RegistryConfig(
                kafkaConfig,
                database(),
                new AuthorityConfig(
                        new AuthorityConfig.Key(
                                secret.resolve("authority.p12"),
                                CA_PASSWORD,
                                TenantId.of(DevTokens.TENANT)),
                        true,
                        null,
                        Profile.of(
                                Duration.ofDays(90),
                                config.httpPort() == 0
                                        ? null
                                        : "http://localhost:" + config.httpPort())),
                new EstConfig(
                        config.host(),
                        config.estPort(),
                        secret.resolve("est.crt"),
                        secret.resolve("est.key"),
                        secret.resolve("factory.crt"),
                        Duration.ofSeconds(5),
                        16,
                        50,
                        100,
                        600),
                secret.resolve("registry.key"),
                "registry",
                CheckDigitPolicy.of(
                        CheckDigitPolicy.Mode.WARN,
                        CheckDigitPolicy.Mode.WARN,
                        CheckDigitPolicy.Mode.OFF),
                Duration.ofHours(24),
                new RevocationLimits(200, 600),
                0);
    }

    private DatabaseConfig database() {
        return new DatabaseConfig(
                postgresql.jdbcUrl(DATABASE), postgresql.user(), postgresql.password(), 8);
    }

    private void closeServers() {
        postgresql.close();
        kafka.close();
    }
}
