package dev.driveline.telemetry.kafka;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.FactsUnavailableException;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.fact.VehicleBook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the books of vehicles, models and catalogues equal to the registry's topics. Thread-safe.
 *
 * <p>What a book has is answered at once. What it lacks is looked for again after the reader has
 * reached the end that the topic had when the question came: one request to Kafka, some
 * milliseconds.
 */
public final class RegistryFeed implements Facts, AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final long READ_UP_LIMIT_MS = 10_000;
    private static final long LOOK_EVERY_NS = 1_000_000;

    private final VehicleBook vehicles;
    private final ModelBook models;
    private final CatalogueBook catalogues;
    private final MappingBook mappings;
    private final KafkaConfig kafka;
    private final Admin admin;
    private final TailReader vehicleReader;
    private final TailReader modelReader;
    private final TailReader catalogueReader;
    private final TailReader mappingReader;

    private RegistryFeed(
            KafkaConfig kafka,
            VehicleBook vehicles,
            ModelBook models,
            CatalogueBook catalogues,
            MappingBook mappings) {
        this.kafka = kafka;
        this.vehicles = vehicles;
        this.models = models;
        this.catalogues = catalogues;
        this.admin = Admin.create(kafka.client("telemetry-registry-ends"));
        this.catalogueReader = read(Topic.REGISTRY_CATALOGUES, 1, this::takeCatalogue);
        this.mappings = mappings;
        this.mappingReader = read(Topic.REGISTRY_MAPPINGS, 1, this::takeMapping);
        this.modelReader = read(Topic.REGISTRY_MODELS, 1, this::takeModel);
        this.vehicleReader = read(Topic.REGISTRY_VEHICLES, kafka.partitions(), this::takeVehicle);
    }

    /**
     * Starts reading and waits until all that stands in the topics is known.
     *
     * @throws IllegalStateException if that takes longer than five minutes
     */
    public static RegistryFeed start(
            KafkaConfig kafka,
            VehicleBook vehicles,
            ModelBook models,
            CatalogueBook catalogues,
            MappingBook mappings) {
        RegistryFeed feed = new RegistryFeed(kafka, vehicles, models, catalogues, mappings);
        try {
            feed.mappingReader.awaitCaughtUp(START_LIMIT);
            feed.catalogueReader.awaitCaughtUp(START_LIMIT);
            feed.modelReader.awaitCaughtUp(START_LIMIT);
            feed.vehicleReader.awaitCaughtUp(START_LIMIT);
            return feed;
        } catch (InterruptedException interrupted) {
            feed.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the registry", interrupted);
        } catch (RuntimeException failed) {
            feed.close();
            throw failed;
        }
    }

    @Override
    public @Nullable KnownVehicle vehicle(Vin vin) {
        KnownVehicle known = vehicles.find(vin);
        if (known == null) {
            readUp(
                    Topic.REGISTRY_VEHICLES,
                    vehicleReader,
                    VehiclePartition.of(vin, kafka.partitions()));
            known = vehicles.find(vin);
        }
        return known;
    }

    @Override
    public @Nullable CatalogueRef inForce(KnownVehicle vehicle, Instant at) {
        if (!models.knows(vehicle)) {
            readUp(Topic.REGISTRY_MODELS, modelReader, 0);
            models.knowsNothingOf(vehicle);
        }
        return models.inForce(vehicle, at);
    }

    @Override
    public CatalogueAnswer catalogue(CatalogueRef ref) {
        CatalogueAnswer answer = catalogues.find(ref);
        if (answer instanceof CatalogueAnswer.Missing) {
            readUp(Topic.REGISTRY_CATALOGUES, catalogueReader, 0);
            answer = catalogues.find(ref);
        }
        return answer;
    }

    @Override
    public MappingFact.@Nullable Entry path(TenantId tenant, CatalogueRef catalogue, String path) {
        return mappings.ofPath(tenant, catalogue.toString(), path);
    }

    @Override
    public void close() {
        vehicleReader.close();
        modelReader.close();
        catalogueReader.close();
        mappingReader.close();
        admin.close(Duration.ofSeconds(1));
    }

    private TailReader read(Topic topic, int partitions, TailReader.Handler handler) {
        String name = "telemetry-" + topic.baseName();
        return TailReader.start(
                name,
                kafka.consumer(name),
                kafka.prefix().of(topic),
                IntStream.range(0, partitions).boxed().toList(),
                TailReader.From.BEGINNING,
                handler);
    }

    private void takeVehicle(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            vehicles.remove(Vin.of(keyOf(record)));
        } else {
            vehicles.put(Json.read(record.value(), VehicleFact.class));
        }
    }

    private void takeModel(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            models.remove(keyOf(record));
        } else {
            models.put(Json.read(record.value(), ModelFact.class));
        }
    }

    private void takeMapping(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            mappings.remove(keyOf(record));
        } else {
            mappings.put(Json.read(record.value(), MappingFact.class));
        }
    }

    private void takeCatalogue(ConsumerRecord<byte[], byte[]> record) {
        CatalogueRef ref = CatalogueRef.parse(keyOf(record));
        if (record.value() == null) {
            catalogues.remove(ref);
        } else {
            catalogues.put(ref, record.value());
        }
    }

    private static String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return new String(requireNonNull(record.key()), StandardCharsets.UTF_8);
    }

    private void readUp(Topic topic, TailReader reader, int partition) {
        long end = endOf(topic, partition);
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READ_UP_LIMIT_MS);
        while (reader.position(partition) < end) {
            if (System.nanoTime() - untilNs > 0 || Thread.currentThread().isInterrupted()) {
                throw new FactsUnavailableException(
                        "%s is not read up to %d within %d ms: %d"
                                .formatted(
                                        topic.baseName(),
                                        end,
                                        READ_UP_LIMIT_MS,
                                        reader.position(partition)),
                        null);
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    private long endOf(Topic topic, int partition) {
        TopicPartition place = new TopicPartition(kafka.prefix().of(topic), partition);
        try {
            return admin.listOffsets(
                            Map.of(place, OffsetSpec.latest()),
                            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .partitionResult(place)
                    .get(READ_UP_LIMIT_MS, TimeUnit.MILLISECONDS)
                    .offset();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FactsUnavailableException("interrupted while asking Kafka", interrupted);
        } catch (ExecutionException | TimeoutException failed) {
            throw new FactsUnavailableException(
                    "the end of " + topic.baseName() + " cannot be had", failed);
        }
    }
}
