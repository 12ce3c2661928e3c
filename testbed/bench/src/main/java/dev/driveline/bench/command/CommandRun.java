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
import dev.driveline.runtime.jws.PrivateKeys;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A platform whose parts can be killed: Kafka, a gateway and a command service in processes of
 * their own, a PostgreSQL with fsync, and vehicles in this process. Not thread-safe.
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
    private final List<TBox> vehicles = new ArrayList<>();
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
        KeyMaker authority = KeyMaker.in(fleetFolder, "ca", "Driveline load", Clock.systemUTC());
        for (int vehicle = 0; vehicle < count; vehicle++) {
            vehicles.add(vehicle(authority, fleetFolder, vehicle));
        }
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

    private TBox vehicle(KeyMaker authority, Path fleetFolder, int number)
            throws IOException, GeneralSecurityException {
        Vin vin = Fleet.vin(number);
        Path own = Files.createDirectories(journals().resolve(vin.value()));
        KeyPair keys = KeyMaker.newKeys();
        Pem.writeSecret(own.resolve("tbox.key"), PrivateKeys.toPem(keys.getPrivate()));
        Files.writeString(
                own.resolve("tbox.crt"), Pem.text(authority.vehicle(keys, Fleet.TENANT, vin)));
        TBox tbox =
                new TBox(
                        TBoxConfig.driving(
                                        vin,
                                        own,
                                        "127.0.0.1",
                                        platform.port(SLOT),
                                        fleetFolder.resolve("ca.crt"),
                                        folder.resolve(CommandNode.ROOT))
                                .withMaxBackoff(Duration.ofSeconds(4)),
                        (type, params) -> executed(),
                        Clock.systemUTC());
        tbox.start();
        return tbox;
    }

    private static Actuators.Outcome executed() {
        return ThreadLocalRandom.current().nextInt(20) == 0
                ? new Actuators.Outcome.Failed("ACTUATOR_FAILED")
                : new Actuators.Outcome.Done(Map.of());
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

    boolean awaitConnected(Duration limit) throws InterruptedException {
        return Waiting.until(limit, () -> vehicles.stream().allMatch(TBox::isConnected));
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

    /** A folder a vehicle, with its journal. */
    Path journals() {
        return folder.resolve("vehicles");
    }

    @Override
    public void close() {
        vehicles.forEach(TBox::close);
        service.stop();
        postgresql.close();
        platform.close();
    }
}
