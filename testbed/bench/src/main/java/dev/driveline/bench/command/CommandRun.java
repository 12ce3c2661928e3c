package dev.driveline.bench.command;

import dev.driveline.bench.server.Child;
import dev.driveline.bench.server.JavaProgram;
import dev.driveline.bench.server.Platform;
import dev.driveline.bench.server.Waiting;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.embedded.EmbeddedPostgresql;
import dev.driveline.embedded.EmbeddedStartException;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A platform whose parts can be killed: Kafka, a gateway and a command service in processes of
 * their own, and a PostgreSQL with fsync. Not thread-safe.
 */
final class CommandRun implements AutoCloseable {

    static final int SLOT = 1;
    private static final int PARTITIONS = 16;
    private static final int HEAP_MB = 384;
    private static final String DATABASE = "bench";
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Path folder;
    private final Platform platform;
    private final int postgresPort = Waiting.freePort();
    private final int restPort = Waiting.freePort();
    private final int adminPort = Waiting.freePort();
    private EmbeddedPostgresql postgresql;
    private Child service;

    CommandRun(Path folder, Path fleetFolder, int count) throws Exception {
        this.folder = folder;
        Fleet fleet = Fleet.in(fleetFolder, 0);
        KeyMaker.commandKeys(
                folder,
                CommandNode.KEYS_PASSWORD,
                folder.resolve(CommandNode.ROOT),
                Clock.systemUTC());
        this.platform =
                Platform.start(
                        new Platform.Settings(
                                folder, PARTITIONS, HEAP_MB, HEAP_MB, List.of(), Map.of()),
                        fleet,
                        SLOT);
        Topics.prepare(platform.kafka(), Set.of(Topic.REGISTRY_VEHICLES));
        this.postgresql = postgres();
        postgresql.createDatabase(DATABASE);
        register(count);
        this.service = startService();
    }

    private EmbeddedPostgresql postgres() {
        return EmbeddedPostgresql.start(
                EmbeddedPostgresql.Config.in(folder.resolve("postgres")).withPort(postgresPort));
    }

    private void register(int count) throws InterruptedException, ExecutionException {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(platform.kafka().producer("bench"))) {
            for (int vehicle = 0; vehicle < count; vehicle++) {
                Vin vin = Fleet.vin(vehicle);
                VehicleFact fact =
                        new VehicleFact(
                                1, vin, Fleet.TENANT, "bench", VehicleState.ACTIVE, null, Map.of());
                var _ =
                        producer.send(
                                        new ProducerRecord<>(
                                                platform.kafka()
                                                        .prefix()
                                                        .of(Topic.REGISTRY_VEHICLES),
                                                vin.value().getBytes(StandardCharsets.US_ASCII),
                                                Json.bytes(fact)))
                                .get();
            }
        }
    }

    private Child startService() throws IOException, InterruptedException {
        Child child =
                Child.start(
                        "command-service",
                        JavaProgram.own(CommandNode.class, HEAP_MB)
                                .command(
                                        platform.kafka().bootstrap(),
                                        Integer.toString(PARTITIONS),
                                        Integer.toString(platform.kafka().slots()),
                                        jdbcUrl(),
                                        postgresql.user(),
                                        postgresql.password(),
                                        folder.toString(),
                                        Integer.toString(restPort),
                                        Integer.toString(adminPort)),
                        Map.of(),
                        folder.resolve("command-service.log"),
                        false);
        Waiting.untilReady(child, START_LIMIT, () -> Waiting.ready(adminPort));
        return child;
    }

    /** What can be killed. */
    enum Part {
        COMMAND_SERVICE,
        GATEWAY,
        POSTGRESQL,
        KAFKA
    }

    /** As the kernel would; returns when it is dead. */
    void kill(Part part) throws IOException {
        switch (part) {
            case COMMAND_SERVICE -> service.kill();
            case GATEWAY -> platform.gateway(SLOT).kill();
            case POSTGRESQL -> killPostgres();
            case KAFKA -> platform.killKafka();
        }
    }

    private void killPostgres() throws IOException {
        Path file = folder.resolve("postgres").resolve("data").resolve("postmaster.pid");
        long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
    }

    /** Starts it again where it was; returns when it is ready. */
    void restart(Part part) throws IOException, InterruptedException {
        switch (part) {
            case COMMAND_SERVICE -> service = startService();
            case GATEWAY -> platform.startGateway(SLOT);
            case POSTGRESQL -> restartPostgres();
            case KAFKA -> platform.restartKafka();
        }
    }

    /** What the dead server's processes still hold is let go within moments. */
    private void restartPostgres() throws InterruptedException {
        postgresql.close();
        for (int attempt = 1; ; attempt++) {
            try {
                postgresql = postgres();
                return;
            } catch (EmbeddedStartException held) {
                if (attempt == 20) {
                    throw held;
                }
                Waiting.pause(500);
            }
        }
    }

    String rest() {
        return "http://127.0.0.1:" + restPort;
    }

    String jdbcUrl() {
        return postgresql.jdbcUrl(DATABASE);
    }

    String password() {
        return postgresql.password();
    }

    Path folder() {
        return folder;
    }

    int gatewayPort() {
        return platform.port(SLOT);
    }

    KafkaConfig kafka() {
        return platform.kafka();
    }

    /** Of the command service, and of gateway and Kafka, so far. */
    record Cpu(long serviceMs, long othersMs) {}

    Cpu cpu() throws IOException {
        long others = 0;
        for (Child child : platform.processes()) {
            others += child.cpuMs();
        }
        return new Cpu(service.cpuMs(), others);
    }

    @Override
    public void close() {
        service.stop();
        postgresql.close();
        platform.close();
    }
}
