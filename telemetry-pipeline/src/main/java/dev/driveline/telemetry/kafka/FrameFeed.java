package dev.driveline.telemetry.kafka;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.frame.RawBatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries {@code telemetry.can} into the store of frames. One thread of its own; a record counts as
 * read once it is stored, and storing it again changes nothing. With the database away it tries
 * again.
 */
public final class FrameFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FrameFeed.class);
    private static final String NAME = "telemetry-frames";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_LIMIT_S = 70;
    private static final int MAX_RECORDS = 1_000;
    private static final int MAX_FETCH_BYTES = 16 * 1024 * 1024;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Facts facts;
    private final Consumer<List<RawBatch>> store;
    private final String topic;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long nextTryNs = System.nanoTime();
    private volatile boolean closing;
    private boolean assigned;
    private volatile @Nullable String problem = "it has not begun";

    private FrameFeed(KafkaConfig kafka, Facts facts, Consumer<List<RawBatch>> store) {
        this.facts = facts;
        this.store = store;
        this.topic = kafka.prefix().of(Topic.TELEMETRY_CAN);
        Map<String, Object> settings = new HashMap<>(kafka.consumer(NAME, NAME));
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_RECORDS);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MAX_FETCH_BYTES);
        // What came before frames were kept is not of interest.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        this.consumer = new KafkaConsumer<>(settings);
    }

    /**
     * Starts the thread.
     *
     * @param facts whose vehicles are
     */
    public static FrameFeed start(KafkaConfig kafka, Facts facts, Consumer<List<RawBatch>> store) {
        FrameFeed feed = new FrameFeed(kafka, facts, store);
        Thread.ofPlatform().daemon().name(NAME).start(feed::run);
        return feed;
    }

    /** Why frames are not stored now; null where all is well. */
    public @Nullable String problem() {
        return problem;
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(Set.of(topic), new Beginning());
            while (!closing) {
                turn();
            }
        } catch (WakeupException _) {
            // close() was called.
        } catch (RuntimeException | Error bug) {
            LOG.atError().setMessage("frame feed ended").setCause(bug).log();
            problem = "it ended: " + bug;
        } finally {
            stopped.countDown();
        }
    }

    private void turn() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                store(records);
            }
            if (System.nanoTime() - nextTryNs >= 0) {
                consumer.resume(consumer.paused());
                problem = assigned ? null : problem;
            }
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            later("Kafka", failed);
        }
    }

    private void store(ConsumerRecords<byte[], byte[]> records) {
        try {
            store.accept(batchesOf(records));
            consumer.commitSync();
        } catch (KafkaException failed) {
            throw failed;
        } catch (RuntimeException failed) {
            for (TopicPartition partition : records.partitions()) {
                consumer.seek(partition, records.records(partition).getFirst().offset());
            }
            consumer.pause(consumer.assignment());
            later("the store", failed);
        }
    }

    /** Called within poll, on the feed's thread. */
    private final class Beginning implements ConsumerRebalanceListener {

        /** Written down at once, so that what comes before the first record is stored counts. */
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            var committed = consumer.committed(Set.copyOf(partitions));
            Map<TopicPartition, OffsetAndMetadata> begun = new HashMap<>();
            for (TopicPartition partition : partitions) {
                if (committed.get(partition) == null) {
                    begun.put(partition, new OffsetAndMetadata(consumer.position(partition)));
                }
            }
            if (!begun.isEmpty()) {
                consumer.commitSync(begun);
            }
            assigned = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // What was stored was committed.
        }
    }

    private List<RawBatch> batchesOf(ConsumerRecords<byte[], byte[]> records) {
        List<RawBatch> batches = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            RawBatch batch = batchOf(record);
            if (batch != null) {
                batches.add(batch);
            }
        }
        return batches;
    }

    /** Null for what is no vehicle's or no tenant's; the intake says why it is not used. */
    private @Nullable RawBatch batchOf(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return null;
        }
        try {
            Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
            KnownVehicle vehicle = facts.vehicle(vin);
            TenantId tenant = vehicle == null ? namedIn(record) : vehicle.tenant();
            if (tenant == null) {
                return null;
            }
            String received = text(record, Headers.RECEIVED);
            boolean told = received != null && received.matches("[1-9]\\d{0,15}");
            return new RawBatch(
                    vin,
                    tenant,
                    told ? Long.parseLong(received) : record.timestamp() * 1_000,
                    record.value());
        } catch (InvalidValueException nobodys) {
            return null;
        }
    }

    private static @Nullable TenantId namedIn(ConsumerRecord<byte[], byte[]> record) {
        String named = text(record, Headers.TENANT);
        return named == null ? null : TenantId.of(named);
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }

    private void later(String what, RuntimeException failure) {
        problem = what + " fails: " + failure.getMessage();
        nextTryNs = System.nanoTime() + RETRY_NS;
        LOG.atWarn().setMessage("frames not stored, tried again").setCause(failure).log();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("frame feed does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
