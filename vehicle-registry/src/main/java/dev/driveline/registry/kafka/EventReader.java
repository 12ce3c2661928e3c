package dev.driveline.registry.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.registry.timeline.VehicleEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code vehicle.events} for the timelines of vehicles. Where it stands is kept by the store,
 * beside what was read, so that nothing is missed or taken twice; with the store away it waits and
 * goes on by itself. One thread of its own.
 */
public final class EventReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration KEPT = Duration.ofDays(30);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    private static final long RETRY_MS = 1_000;
    private static final int MAX_DATA_BYTES = 16 * 1024;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Store store;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private Instant forgotten = Instant.EPOCH;

    /** Where events go; may fail, and is asked again. */
    public interface Store {
        Map<Integer, Long> offsets();

        void store(List<VehicleEvent> events, Map<Integer, Long> next);

        void forgetBefore(Instant at);
    }

    public EventReader(KafkaConfig kafka, Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.consumer = new KafkaConsumer<>(kafka.consumer("registry-events", "registry-events"));
        consumer.subscribe(
                List.of(kafka.prefix().of(Topic.VEHICLE_EVENTS)),
                new ConsumerRebalanceListener() {
                    @Override
                    public void onPartitionsAssigned(Collection<TopicPartition> added) {
                        seek(added);
                    }

                    @Override
                    public void onPartitionsRevoked(Collection<TopicPartition> taken) {
                        // What was read is stored before the next poll.
                    }
                });
        Thread.ofPlatform().daemon().name("registry-events").start(this::run);
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            if (!stopped.await(5, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("reader of events does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (closing.getCount() > 0) {
                pollOnce();
            }
        } catch (WakeupException _) {
            // close() was called.
        } finally {
            stopped.countDown();
        }
    }

    private void pollOnce() {
        try {
            List<VehicleEvent> events = new ArrayList<>();
            Map<Integer, Long> next = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                next.put(record.partition(), record.offset() + 1);
                VehicleEvent event = eventOf(record);
                if (event != null) {
                    events.add(event);
                }
            }
            if (!next.isEmpty()) {
                store.store(events, next);
            }
            Instant now = clock.instant();
            if (forgotten.plus(FORGET_EVERY).isBefore(now)) {
                store.forgetBefore(now.minus(KEPT));
                forgotten = now;
            }
        } catch (WakeupException closed) {
            throw closed;
        } catch (RuntimeException failed) {
            LOG.atWarn()
                    .setMessage("events are not stored, to be tried again")
                    .setCause(failed)
                    .log();
            again();
        }
    }

    /** Back to what is stored for certain, after a pause. */
    private void again() {
        try {
            if (!closing.await(RETRY_MS, TimeUnit.MILLISECONDS)) {
                seek(consumer.assignment());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closing.countDown();
        } catch (WakeupException closed) {
            throw closed;
        } catch (RuntimeException stillAway) {
            LOG.atDebug().setMessage("the store is still away").setCause(stillAway).log();
            again();
        }
    }

    private void seek(Collection<TopicPartition> partitions) {
        Map<Integer, Long> offsets = store.offsets();
        for (TopicPartition partition : partitions) {
            Long next = offsets.get(partition.partition());
            if (next == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, next);
            }
        }
    }

    /**
     * A platform event about a vehicle, or what a vehicle said of its security; null for what else
     * it or its control units said, or is none of ours.
     */
    private static @Nullable VehicleEvent eventOf(ConsumerRecord<byte[], byte[]> record) {
        String type = header(record, Headers.EVENT_TYPE);
        String id = header(record, Headers.EVENT_ID);
        String time = header(record, Headers.EVENT_TIME);
        byte[] value = record.value();
        if (type == null
                || id == null
                || time == null
                || value == null
                || value.length > MAX_DATA_BYTES
                || isOrdinary(type)) {
            return null;
        }
        try {
            JsonNode data = Json.tree(value);
            // A vehicle's clock may say anything: its place is where the gateway received it.
            boolean own = type.startsWith(EventTypes.VEHICLE_PREFIX);
            return new VehicleEvent(
                    UUID.fromString(id),
                    Vin.of(new String(record.key(), StandardCharsets.US_ASCII)),
                    own ? Instant.ofEpochMilli(record.timestamp()) : Instant.parse(time),
                    type,
                    own ? data.path("data") : data);
        } catch (IllegalArgumentException | DateTimeException malformed) {
            LOG.atWarn()
                    .setMessage("event ignored")
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("why", malformed.getMessage())
                    .log();
            return null;
        }
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static boolean isOrdinary(String type) {
        return type.equals(EventTypes.CODES_HEARD)
                || (type.startsWith(EventTypes.VEHICLE_PREFIX)
                        && !type.startsWith(EventTypes.VEHICLE_SECURITY_PREFIX));
    }
}
