package dev.driveline.telemetry;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestKafka;
import dev.driveline.testkit.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A pipeline on real servers, and the registry and the gateway as far as it sees them. */
final class TelemetryRig implements AutoCloseable {

    static final int PARTITIONS = 4;

    /** A token is {@code tenant}, then scopes, {@code vin=…} and {@code fleet=…} behind commas. */
    static final String ACME = "acme,telemetry:read";

    private static final Eventually KNOWN = Eventually.within(Duration.ofSeconds(30));

    final TestPostgres.Database database = TestPostgres.freshDatabase();
    final KafkaConfig kafka =
            KafkaConfig.single(
                    TestKafka.bootstrap(), new TopicPrefix(TestKafka.freshPrefix()), PARTITIONS);

    private final Path stateFolder;
    private final KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(kafka.producer("test"));
    private final Http http = Http.at("");
    private Instance running;
    private long version;

    TelemetryRig(Path stateFolder) {
        this.stateFolder = stateFolder;
        start();
    }

    void start() {
        running = new Instance(stateFolder);
    }

    /** One more instance of the same installation. */
    Instance another(Path otherStateFolder) {
        return new Instance(otherStateFolder);
    }

    /** A process with the service. */
    final class Instance implements AutoCloseable {
        private final ServiceProcess process;
        private final TelemetryService service;

        private Instance(Path stateFolder) {
            process =
                    ServiceProcess.start(
                            ServiceProcess.ProcessConfig.onFreePorts(),
                            TelemetryRig::callerOf,
                            Clock.systemUTC());
            service =
                    TelemetryService.start(
                            new TelemetryConfig(
                                    kafka,
                                    new DatabaseConfig(
                                            database.jdbcUrl(),
                                            database.user(),
                                            database.password(),
                                            6),
                                    stateFolder,
                                    2,
                                    TelemetryConfig.MAX_RETENTION_DAYS,
                                    TelemetryConfig.PublicTopics.USUAL,
                                    new TelemetryConfig.Frames(true, 36_500),
                                    TelemetryConfig.Exports.USUAL,
                                    TelemetryConfig.Redecodes.USUAL),
                            process);
            process.open();
        }

        boolean isReady() {
            return process.health().problems().isEmpty();
        }

        /** In the order of a process that ends; the service may be closed again. */
        @Override
        public void close() {
            process.close();
            service.close();
        }
    }

    /** Stops the service; what is sent meanwhile waits in Kafka. */
    void stop() {
        running.close();
    }

    Http http(String token) {
        return new Http(http.client(), base(), token);
    }

    Http http() {
        return http(ACME);
    }

    Http admin() {
        return new Http(http.client(), "http://127.0.0.1:" + running.process.admin().port(), null);
    }

    ServiceProcess process() {
        return running.process;
    }

    String base() {
        return "http://127.0.0.1:" + running.process.rest().port();
    }

    /** As acme's mapping of a catalogue. */
    void map(CatalogueRef catalogue, MappingFact.Entry... entries) {
        MappingFact mapping =
                new MappingFact(1, TenantId.of("acme"), catalogue, "hash", List.of(entries));
        send(Topic.REGISTRY_MAPPINGS, mapping.key(), Json.bytes(mapping));
    }

    /** Until their facts have come: what comes then counts as theirs. */
    void awaitKnown(Vin... vins) {
        for (Vin vin : vins) {
            KNOWN.that(
                    vin + " is known",
                    () -> http().get("/api/v1/vehicles/" + vin + "/signals").status() == 200);
        }
    }

    void publish(TestCatalogue catalogue) {
        send(Topic.REGISTRY_CATALOGUES, catalogue.ref().toString(), catalogue.packed());
    }

    /** As a registry from before there were facts of models. */
    void publish(Vin vin, String tenant, CatalogueRef catalogue) {
        publish(vin, tenant, "model", catalogue);
    }

    void publish(String tenant, String model, ModelFact.InForce... catalogues) {
        version++;
        ModelFact fact = new ModelFact(version, TenantId.of(tenant), model, List.of(catalogues));
        send(Topic.REGISTRY_MODELS, fact.key(), Json.bytes(fact));
    }

    void publish(Vin vin, String tenant, String model, CatalogueRef catalogue, String... fleets) {
        publish(vin, tenant, model, catalogue, Map.of(), fleets);
    }

    void publish(
            Vin vin,
            String tenant,
            String model,
            CatalogueRef catalogue,
            Map<String, String> labels,
            String... fleets) {
        version++;
        VehicleFact fact =
                new VehicleFact(
                        version,
                        vin,
                        TenantId.of(tenant),
                        model,
                        VehicleState.ACTIVE,
                        catalogue,
                        labels,
                        List.of(fleets));
        send(Topic.REGISTRY_VEHICLES, vin.value(), Json.bytes(fact));
    }

    /** As a gateway hands a batch on. */
    void batch(Vin vin, byte[] value, long receivedUs) {
        ProducerRecord<byte[], byte[]> record = record(Topic.TELEMETRY_CAN, vin.value(), value);
        record.headers().add(Headers.RECEIVED, bytes(String.valueOf(receivedUs)));
        record.headers().add(Headers.TENANT, bytes("acme"));
        var _ = producer.send(record);
    }

    /** As a gateway hands a batch of decoded signals on. */
    void signals(Vin vin, byte[] value, long receivedUs) {
        ProducerRecord<byte[], byte[]> record =
                record(Topic.TELEMETRY_SIGNALS_RAW, vin.value(), value);
        record.headers().add(Headers.RECEIVED, bytes(String.valueOf(receivedUs)));
        record.headers().add(Headers.TENANT, bytes("acme"));
        var _ = producer.send(record);
    }

    /**
     * As a gateway tells an event; of the vehicle where the type begins so.
     *
     * @param at null while the vehicle's clock is unset
     */
    void event(Vin vin, String id, String type, Instant at, String data) {
        boolean own = type.startsWith("vehicle.");
        String value =
                own
                        ? "{\"v\":1,\"id\":\"%s\",\"type\":\"%s\",\"at\":%s,\"data\":%s}"
                                .formatted(id, type, at == null ? null : "\"" + at + "\"", data)
                        : data;
        ProducerRecord<byte[], byte[]> record =
                record(Topic.VEHICLE_EVENTS, vin.value(), bytes(value));
        record.headers().add(Headers.EVENT_ID, bytes(id));
        record.headers().add(Headers.EVENT_TYPE, bytes(type));
        record.headers().add(Headers.EVENT_SOURCE, bytes(own ? "/vehicles/" + vin : "/gateway/1"));
        record.headers()
                .add(Headers.EVENT_TIME, bytes((at == null ? Instant.now() : at).toString()));
        var _ = producer.send(record);
    }

    void send(Topic topic, String key, byte[] value) {
        var _ = producer.send(record(topic, key, value));
        producer.flush();
    }

    void flush() {
        producer.flush();
    }

    /** All committed records that stand in a topic now. */
    List<ConsumerRecord<byte[], byte[]>> records(Topic topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka.consumer("test-reader"))) {
            List<TopicPartition> partitions =
                    IntStream.range(0, PARTITIONS)
                            .mapToObj(i -> new TopicPartition(kafka.prefix().of(topic), i))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
            }
        }
        return all;
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        running.close();
    }

    private ProducerRecord<byte[], byte[]> record(Topic topic, String key, byte[] value) {
        return new ProducerRecord<>(kafka.prefix().of(topic), bytes(key), value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Caller callerOf(String token) {
        List<String> parts = Arrays.asList(token.split(",", -1));
        if (parts.getFirst().isEmpty()) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "empty token");
        }
        Set<Vin> vins = named(parts, "vin=").stream().map(Vin::of).collect(Collectors.toSet());
        Set<String> fleets = named(parts, "fleet=");
        return new Caller(
                "tester",
                null,
                TenantId.of(parts.getFirst()),
                Set.copyOf(parts.subList(1, parts.size())),
                vins.isEmpty() && fleets.isEmpty() ? null : vins,
                fleets.isEmpty() ? null : fleets,
                _ -> false,
                false);
    }

    private static Set<String> named(List<String> parts, String prefix) {
        return parts.stream()
                .filter(part -> part.startsWith(prefix))
                .map(part -> part.substring(prefix.length()))
                .collect(Collectors.toSet());
    }
}
