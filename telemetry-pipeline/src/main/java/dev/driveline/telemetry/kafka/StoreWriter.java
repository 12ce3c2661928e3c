package dev.driveline.telemetry.kafka;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.SampleStore;
import dev.driveline.telemetry.sample.SampleStore.Appended;
import dev.driveline.telemetry.sample.StoredBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries {@code telemetry.signals} into the store, exactly once: the place up to which a partition
 * is stored is in the store, and a partition is read from there.
 *
 * <p>One thread of its own does everything. With the store away it keeps what it has read, pauses
 * its partitions, stays in its group, and tries again every second. A partition that another writer
 * has taken meanwhile is dropped by the store's answer, see {@link PartitionSlice}.
 */
public final class StoreWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);
    private static final String NAME = "telemetry-store";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_LIMIT_S = 70;
    private static final int MAX_RECORDS = 1_000;
    private static final int MAX_FETCH_BYTES = 16 * 1024 * 1024;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final SampleStore store;
    private final WriterMetrics metrics;
    private final String topic;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** The next offset that the store has, of the partitions that are placed. */
    private final Map<TopicPartition, Long> placed = new HashMap<>();

    /** Assigned, and where to read from is not known yet. */
    private final Set<TopicPartition> unplaced = new HashSet<>();

    /** Read and not stored yet; these partitions are paused. */
    private final Map<TopicPartition, PartitionSlice> pending = new HashMap<>();

    private boolean assigned;
    private long nextTryNs = System.nanoTime();
    private volatile boolean closing;
    private volatile @Nullable String problem = "it has not begun";

    private StoreWriter(KafkaConfig kafka, SampleStore store, WriterMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        this.topic = kafka.prefix().of(Topic.TELEMETRY_SIGNALS);
        Map<String, Object> settings = new HashMap<>(kafka.consumer(NAME, NAME));
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_RECORDS);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MAX_FETCH_BYTES);
        this.consumer = new KafkaConsumer<>(settings);
    }

    /** Starts the writer's thread. */
    public static StoreWriter start(KafkaConfig kafka, SampleStore store, WriterMetrics metrics) {
        StoreWriter writer = new StoreWriter(kafka, store, metrics);
        Thread.ofPlatform().daemon().name(NAME).start(writer::run);
        return writer;
    }

    /** Why nothing is stored now; null where all is well. */
    public @Nullable String problem() {
        String sentence = problem;
        return sentence == null ? null : sentence + "; " + metrics.lag() + " records wait";
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("store writer does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(Set.of(topic), new Assignment());
            while (!closing) {
                turn();
            }
        } catch (WakeupException _) {
            // close() was called.
        } catch (RuntimeException | Error bug) {
            LOG.atError().setMessage("store writer ended").setCause(bug).log();
            problem = "it ended: " + bug;
        } finally {
            stopped.countDown();
        }
    }

    private void turn() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (TopicPartition partition : records.partitions()) {
                take(partition, records.records(partition));
            }
            if (System.nanoTime() - nextTryNs >= 0) {
                place();
                append();
            }
            observeLag();
            if (assigned && pending.isEmpty() && unplaced.isEmpty()) {
                problem = null;
            }
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            failed("Kafka", failed);
        }
    }

    private void take(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        Long expected = placed.get(partition);
        if (expected == null) {
            return; // A record of a partition that is paused and not placed: read again later.
        }
        List<StoredBatch> batches = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            StoredBatch batch = SignalRecords.storedBatch(record);
            if (batch == null) {
                metrics.passedOver();
            } else {
                batches.add(batch);
            }
        }
        long next = records.getLast().offset() + 1;
        pending.put(partition, new PartitionSlice(partition.partition(), expected, next, batches));
        consumer.pause(Set.of(partition));
    }

    /** Asks the store where to read from; with the store away the partitions stay paused. */
    private void place() {
        if (unplaced.isEmpty()) {
            return;
        }
        try {
            Map<Integer, Long> next =
                    store.nextOffsets(unplaced.stream().map(TopicPartition::partition).toList());
            for (TopicPartition partition : unplaced) {
                long offset = requireNonNull(next.get(partition.partition()));
                placed.put(partition, offset);
                consumer.seek(partition, offset);
            }
            consumer.resume(unplaced);
            unplaced.clear();
        } catch (KafkaException failed) {
            throw failed;
        } catch (RuntimeException failed) {
            failed("the store", failed);
        }
    }

    private void append() {
        if (pending.isEmpty()) {
            return;
        }
        try {
            Appended appended =
                    requireNonNull(
                            metrics.append()
                                    .record(() -> store.append(List.copyOf(pending.values()))));
            switch (appended) {
                case Appended.Stored stored -> {
                    metrics.stored(stored);
                    pending.forEach(
                            (partition, slice) -> placed.put(partition, slice.nextOffset()));
                    consumer.resume(pending.keySet());
                    pending.clear();
                }
                case Appended.Fenced fenced -> fenced(fenced.partitions());
            }
        } catch (KafkaException failed) {
            throw failed;
        } catch (RuntimeException failed) {
            failed("the store", failed);
        }
    }

    /** Another writer has gone on: what was read is not ours to store. */
    private void fenced(Set<Integer> partitions) {
        metrics.fenced(partitions.size());
        LOG.atWarn().setMessage("fenced").addKeyValue("partitions", partitions).log();
        Set<TopicPartition> lost = new HashSet<>();
        partitions.forEach(partition -> lost.add(new TopicPartition(topic, partition)));
        lost.forEach(this::forget);
        lost.retainAll(consumer.assignment());
        unplaced.addAll(lost);
    }

    private void failed(String what, RuntimeException failure) {
        metrics.failed();
        problem = what + " fails: " + failure.getMessage();
        nextTryNs = System.nanoTime() + RETRY_NS;
        LOG.atWarn().setMessage("not stored, tried again").setCause(failure).log();
    }

    private void forget(TopicPartition partition) {
        placed.remove(partition);
        unplaced.remove(partition);
        pending.remove(partition);
    }

    private void observeLag() {
        long lag = 0;
        for (TopicPartition partition : consumer.assignment()) {
            lag += consumer.currentLag(partition).orElse(0);
        }
        for (PartitionSlice slice : pending.values()) {
            lag += slice.batches().size();
        }
        metrics.lag(lag);
    }

    /** Called within poll, on the writer's thread. */
    private final class Assignment implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            unplaced.addAll(partitions);
            assigned = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(StoreWriter.this::forget);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            onPartitionsRevoked(partitions);
        }
    }
}
