package dev.driveline.bench.pipeline;

import dev.driveline.bench.server.Child;
import dev.driveline.bench.server.JavaProgram;
import dev.driveline.bench.server.KafkaNode;
import dev.driveline.bench.server.Waiting;
import dev.driveline.can.CatalogueSource;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.embedded.EmbeddedPostgresql;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.store.postgres.DatabaseConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline in this process, with a broker and a PostgreSQL (fsync on) in processes of their
 * own; the registry and the gateways as far as the pipeline sees them.
 */
final class PipelineRig implements AutoCloseable {

    private static final int PARTITIONS = PipelineNode.PARTITIONS;
    private static final int KAFKA_HEAP_MB = 512;
    private static final int CHILD_HEAP_MB = 512;
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final String DATABASE = "bench";

    private final Path folder;
    private final Child broker;
    private final EmbeddedPostgresql postgresql;
    private final KafkaConfig kafka;
    private final KafkaProducer<byte[], byte[]> producer;
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable ServiceProcess process;
    private long version;

    PipelineRig(Path folder) throws IOException, InterruptedException, SQLException {
        this.folder = folder;
        int port = Waiting.freePort();
        int controllerPort = Waiting.freePort();
        broker =
                Child.start(
                        "kafka",
                        JavaProgram.own(KafkaNode.class, KAFKA_HEAP_MB)
                                .command(
                                        folder.resolve("kafka").toString(),
                                        Integer.toString(port),
                                        Integer.toString(controllerPort)),
                        Map.of(),
                        folder.resolve("kafka.log"),
                        false);
        Waiting.untilReady(broker, START_LIMIT, () -> Waiting.listens(port));
        postgresql =
                EmbeddedPostgresql.start(EmbeddedPostgresql.Config.in(folder.resolve("postgres")));
        postgresql.createDatabase(DATABASE);
        kafka = KafkaConfig.single("127.0.0.1:" + port, TopicPrefix.NONE, PARTITIONS);
        Topics.prepare(
                kafka,
                EnumSet.of(
                        Topic.TELEMETRY_CAN, Topic.REGISTRY_VEHICLES, Topic.REGISTRY_CATALOGUES));
        producer = new KafkaProducer<>(kafka.producer("bench"));
    }

    /** Makes a catalogue known; its name is the id's. */
    CatalogueRef publish(String id, CatalogueSource source) {
        CatalogueRef ref = new CatalogueRef(id, source.hash().substring(0, 32));
        var _ =
                producer.send(
                        new ProducerRecord<>(
                                kafka.prefix().of(Topic.REGISTRY_CATALOGUES),
                                0,
                                ref.toString().getBytes(StandardCharsets.UTF_8),
                                Compression.pack(source.toBytes())));
        return ref;
    }

    void publish(Vin vin, CatalogueRef catalogue) {
        VehicleFact fact =
                new VehicleFact(
                        ++version,
                        vin,
                        PipelineNode.TENANT,
                        "bench",
                        VehicleState.ACTIVE,
                        catalogue,
                        Map.of());
        var _ =
                producer.send(
                        new ProducerRecord<>(
                                kafka.prefix().of(Topic.REGISTRY_VEHICLES),
                                vin.value().getBytes(StandardCharsets.US_ASCII),
                                Json.bytes(fact)));
    }

    /** A batch as the gateway writes it. */
    void batch(Vin vin, byte[] batch, long receivedUs) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        kafka.prefix().of(Topic.TELEMETRY_CAN),
                        vin.value().getBytes(StandardCharsets.US_ASCII),
                        batch);
        record.headers()
                .add(
                        Headers.RECEIVED,
                        Long.toString(receivedUs).getBytes(StandardCharsets.US_ASCII));
        var _ = producer.send(record);
    }

    void flush() {
        producer.flush();
    }

    /** Starts the pipeline in this process; returns once it has begun. */
    void start() {
        process =
                PipelineNode.start(
                        kafka,
                        new DatabaseConfig(
                                postgresql.jdbcUrl(DATABASE),
                                postgresql.user(),
                                postgresql.password(),
                                8),
                        folder.resolve("state"));
    }

    /** Starts the pipeline in a process of its own, that can be killed. */
    Child startChild() throws IOException {
        return Child.start(
                "pipeline",
                JavaProgram.own(PipelineNode.class, CHILD_HEAP_MB)
                        .command(
                                kafka.bootstrap(),
                                postgresql.jdbcUrl(DATABASE),
                                postgresql.user(),
                                postgresql.password(),
                                folder.resolve("state").toString()),
                Map.of(),
                folder.resolve("pipeline.log"),
                false);
    }

    /** Samples that are stored, by the service's own metric. */
    double stored() {
        ServiceProcess running = process;
        return running == null
                ? 0
                : running.metrics().get("telemetry.samples.stored").counter().count();
    }

    /** Asks REST for JSON; returns the answer's bytes. */
    byte[] get(String path) throws IOException, InterruptedException {
        return get(path, "application/json");
    }

    /** As {@link #get(String)}, of another content type. */
    byte[] get(String path, String accept) throws IOException, InterruptedException {
        ServiceProcess running = process;
        if (running == null) {
            throw new IllegalStateException("the pipeline does not run");
        }
        HttpResponse<byte[]> answer =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:" + running.rest().port() + path))
                                .header("Authorization", "Bearer bench")
                                .header("Accept", accept)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer.body();
    }

    /** One number out of the store. */
    long number(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                postgresql.jdbcUrl(DATABASE),
                                postgresql.user(),
                                postgresql.password());
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to telemetry");
            try (ResultSet rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** Runs a statement outside a transaction. */
    void execute(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                postgresql.jdbcUrl(DATABASE),
                                postgresql.user(),
                                postgresql.password());
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to telemetry");
            statement.execute(sql);
        }
    }

    /** Ends the pipeline of {@link #start}. */
    void stop() {
        ServiceProcess running = process;
        if (running != null) {
            running.close();
            process = null;
        }
    }

    @Override
    public void close() {
        producer.close();
        stop();
        postgresql.close();
        broker.close();
    }
}
