package dev.driveline.bench.server;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.gateway.Main;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/**
 * Gateways and their Kafka, a process each, on this machine's loopback. Not thread-safe.
 *
 * <p>Ports are chosen once: what is killed comes back where it was.
 */
public final class Platform implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final short ONE_COPY = 1;

    private final Settings settings;
    private final Fleet fleet;
    private final KafkaConfig kafkaConfig;
    private final int kafkaPort;
    private final int controllerPort;
    private final Registry registry;
    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final Map<Integer, Child> gateways = new TreeMap<>();
    private Child kafka;

    /**
     * How it is set up.
     *
     * @param folder of logs and of Kafka's data; kept
     * @param partitions of the topics by vehicle
     * @param gatewayHeapMb of each gateway
     * @param gatewayFlags added to each gateway's JVM
     * @param gatewaySettings as environment variables, beside those that it needs to run
     */
    public record Settings(
            Path folder,
            int partitions,
            int gatewayHeapMb,
            int kafkaHeapMb,
            List<String> gatewayFlags,
            Map<String, String> gatewaySettings) {}

    private Platform(Settings settings, Fleet fleet)
            throws IOException, InterruptedException, GeneralSecurityException, ExecutionException {
        this.settings = settings;
        this.fleet = fleet;
        this.kafkaPort = Waiting.freePort();
        this.controllerPort = Waiting.freePort();
        this.kafka = startKafka();
        this.kafkaConfig =
                new KafkaConfig(
                        "127.0.0.1:" + kafkaPort,
                        TopicPrefix.NONE,
                        Map.of(),
                        true,
                        settings.partitions(),
                        4,
                        ONE_COPY);
        Topics.prepare(kafkaConfig, Set.of(Topic.REGISTRY_ACCESS));
        this.registry = new Registry(kafkaConfig, settings.folder());
        registry.trust(Pem.certificates(fleet.folder().resolve("ca.crt")).getFirst());
    }

    /** Kafka runs, and every slot has a gateway that is ready. */
    public static Platform start(Settings settings, Fleet fleet, int... slots)
            throws IOException, InterruptedException, GeneralSecurityException, ExecutionException {
        Platform platform = new Platform(settings, fleet);
        try {
            for (int slot : slots) {
                platform.startGateway(slot);
            }
            return platform;
        } catch (IOException | InterruptedException failed) {
            platform.close();
            throw failed;
        }
    }

    private Child startKafka() throws IOException, InterruptedException {
        JavaProgram program = JavaProgram.own(KafkaNode.class, settings.kafkaHeapMb());
        Child child =
                Child.start(
                        "kafka",
                        program.command(
                                settings.folder().resolve("kafka").toString(),
                                Integer.toString(kafkaPort),
                                Integer.toString(controllerPort)),
                        Map.of(),
                        settings.folder().resolve("kafka.log"),
                        false);
        Waiting.untilReady(child, START_LIMIT, () -> Waiting.listens(kafkaPort));
        return child;
    }

    /** SIGTERM to the broker; returns when it has ended. */
    public void stopKafka() {
        kafka.stop();
    }

    /** As the kernel would: the broker finishes nothing. */
    public void killKafka() {
        kafka.kill();
    }

    /** The broker again, on its port and its data; returns when it listens. */
    public void restartKafka() throws IOException, InterruptedException {
        kafka = startKafka();
    }

    /** Starts the gateway of a slot, on the port that the slot had before. */
    public void startGateway(int slot) throws IOException, InterruptedException {
        int port = ports.containsKey(slot) ? port(slot) : Waiting.freePort();
        int admin = Waiting.freePort();
        ports.put(slot, port);
        JavaProgram own = JavaProgram.own(Main.class, settings.gatewayHeapMb());
        List<String> flags = new ArrayList<>(own.flags());
        flags.addAll(settings.gatewayFlags());
        Child child =
                Child.start(
                        "gateway " + slot,
                        new JavaProgram(own.home(), flags, own.classPath(), own.main()).command(),
                        environment(slot, port, admin),
                        settings.folder().resolve("gateway-" + slot + ".log"),
                        false);
        gateways.put(slot, child);
        Waiting.untilReady(child, START_LIMIT, () -> Waiting.ready(admin));
    }

    private Map<String, String> environment(int slot, int port, int admin) {
        Map<String, String> environment = new HashMap<>();
        environment.put("DRIVELINE_KAFKA_BOOTSTRAP", kafkaConfig.bootstrap());
        environment.put("DRIVELINE_KAFKA_CREATE_TOPICS", "true");
        environment.put("DRIVELINE_KAFKA_PARTITIONS", Integer.toString(settings.partitions()));
        environment.put("DRIVELINE_KAFKA_SLOTS", Integer.toString(kafkaConfig.slots()));
        environment.put("DRIVELINE_KAFKA_REPLICATION", "1");
        environment.put("DRIVELINE_GATEWAY_SLOT", Integer.toString(slot));
        environment.put("DRIVELINE_GATEWAY_REGISTRY_KEY", file(settings.folder(), "registry.pem"));
        environment.put("DRIVELINE_MQTT_HOST", "127.0.0.1");
        environment.put("DRIVELINE_MQTT_PORT", Integer.toString(port));
        environment.put("DRIVELINE_MQTT_WEBSOCKET_PORT", "0");
        environment.put("DRIVELINE_MQTT_TLS_CERTIFICATE", file(fleet.folder(), "server.crt"));
        environment.put("DRIVELINE_MQTT_TLS_KEY", file(fleet.folder(), "server.key"));
        environment.put("DRIVELINE_ADMIN_HOST", "127.0.0.1");
        environment.put("DRIVELINE_ADMIN_PORT", Integer.toString(admin));
        environment.put("DRIVELINE_HTTP_HOST", "127.0.0.1");
        environment.put("DRIVELINE_HTTP_PORT", "0");
        // Nobody asks by REST here; the settings want to be told.
        environment.put("DRIVELINE_AUTH_ISSUER", "http://127.0.0.1:1");
        environment.put("DRIVELINE_AUTH_JWKS_URI", "http://127.0.0.1:1/keys");
        environment.putAll(settings.gatewaySettings());
        return environment;
    }

    private static String file(Path folder, String name) {
        return folder.resolve(name).toAbsolutePath().toString();
    }

    public Child gateway(int slot) {
        Child child = gateways.get(slot);
        if (child == null) {
            throw new IllegalArgumentException("no gateway in slot " + slot);
        }
        return child;
    }

    /** The MQTT port of a slot's gateway. */
    public int port(int slot) {
        Integer port = ports.get(slot);
        if (port == null) {
            throw new IllegalArgumentException("no gateway in slot " + slot);
        }
        return port;
    }

    /** Kafka and all gateways. */
    public List<Child> processes() {
        List<Child> all = new ArrayList<>(gateways.values());
        all.add(kafka);
        return all;
    }

    public KafkaConfig kafka() {
        return kafkaConfig;
    }

    public Registry registry() {
        return registry;
    }

    @Override
    public void close() {
        registry.close();
        for (Child gateway : gateways.values()) {
            gateway.stop();
        }
        kafka.stop();
    }
}
