package dev.driveline.telemetry.kafka;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
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
 * Carries out what {@code registry.erasures} obliges to. One thread of its own; a record counts as
 * read once its vehicle is forgotten, so with the database away it is tried again.
 */
public final class ErasureFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ErasureFeed.class);
    private static final String NAME = "telemetry-erasures";
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long CLOSE_LIMIT_S = 70;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final ToIntFunction<Erasure> forget;
    private final String topic;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long nextTryNs = System.nanoTime();
    private volatile boolean closing;
    private volatile @Nullable String problem;

    private ErasureFeed(KafkaConfig kafka, ToIntFunction<Erasure> forget) {
        this.forget = forget;
        this.topic = kafka.prefix().of(Topic.REGISTRY_ERASURES);
        this.consumer = new KafkaConsumer<>(kafka.consumer(NAME, NAME));
    }

    /**
     * Starts the thread.
     *
     * @param forget deletes all of a vehicle, and gives the number of rows
     */
    public static ErasureFeed start(KafkaConfig kafka, ToIntFunction<Erasure> forget) {
        ErasureFeed feed = new ErasureFeed(kafka, forget);
        Thread.ofPlatform().daemon().name(NAME).start(feed::run);
        return feed;
    }

    /** Why vehicles cannot be forgotten now; null where all is well. */
    public @Nullable String problem() {
        return problem;
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(Set.of(topic));
            while (!closing) {
                turn();
            }
        } catch (WakeupException _) {
            // close() was called.
        } catch (RuntimeException | Error bug) {
            LOG.atError().setMessage("erasure feed ended").setCause(bug).log();
            problem = "it ended: " + bug;
        } finally {
            stopped.countDown();
        }
    }

    private void turn() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                take(record);
            }
            if (!records.isEmpty()) {
                consumer.commitSync();
            }
            if (System.nanoTime() - nextTryNs >= 0) {
                consumer.resume(consumer.paused());
                problem = null;
            }
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            later("Kafka", failed);
        } catch (RuntimeException failed) {
            consumer.assignment().forEach(this::seekBack);
            consumer.pause(consumer.assignment());
            later("the store", failed);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Erasure erasure;
        try {
            erasure = Json.read(record.value(), Erasure.class);
        } catch (MalformedJsonException unreadable) {
            LOG.atError()
                    .setMessage("record of registry.erasures passed over")
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .setCause(unreadable)
                    .log();
            return;
        }
        int rows = forget.applyAsInt(erasure);
        LOG.atInfo()
                .setMessage("vehicle erased")
                .addKeyValue("pseudonym", erasure.pseudonym())
                .addKeyValue("rows", rows)
                .log();
    }

    /** To what was committed, or to the beginning. */
    private void seekBack(TopicPartition partition) {
        var committed = consumer.committed(Set.of(partition)).get(partition);
        if (committed == null) {
            consumer.seekToBeginning(Set.of(partition));
        } else {
            consumer.seek(partition, committed.offset());
        }
    }

    private void later(String what, RuntimeException failure) {
        problem = what + " fails: " + failure.getMessage();
        nextTryNs = System.nanoTime() + RETRY_NS;
        LOG.atWarn().setMessage("not erased, tried again").setCause(failure).log();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("erasure feed does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
