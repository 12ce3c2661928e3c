package dev.driveline.telemetry.kafka;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
 * Carries {@code telemetry.alerts} into the store. One thread of its own; a record counts as read
 * once it is stored, and storing it again changes nothing. With the database away it tries again.
 */
public final class AlertFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AlertFeed.class);
    private static final String NAME = "telemetry-alerts";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long FORGET_EVERY_NS = TimeUnit.HOURS.toNanos(1);
    private static final long CLOSE_LIMIT_S = 70;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Consumer<List<AlertEvent>> store;
    private final Runnable forget;
    private final String topic;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long nextTryNs = System.nanoTime();
    private long nextForgetNs = System.nanoTime();
    private volatile boolean closing;
    private volatile @Nullable String problem;

    private AlertFeed(KafkaConfig kafka, Consumer<List<AlertEvent>> store, Runnable forget) {
        this.store = store;
        this.forget = forget;
        this.topic = kafka.prefix().of(Topic.TELEMETRY_ALERTS);
        this.consumer = new KafkaConsumer<>(kafka.consumer(NAME, NAME));
    }

    /**
     * Starts the thread.
     *
     * @param forget deletes alerts that are too old; called every hour
     */
    public static AlertFeed start(
            KafkaConfig kafka, Consumer<List<AlertEvent>> store, Runnable forget) {
        AlertFeed feed = new AlertFeed(kafka, store, forget);
        Thread.ofPlatform().daemon().name(NAME).start(feed::run);
        return feed;
    }

    /** Why alerts are not stored now; null where all is well. */
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
            LOG.atError().setMessage("alert feed ended").setCause(bug).log();
            problem = "it ended: " + bug;
        } finally {
            stopped.countDown();
        }
    }

    private void turn() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                store.accept(eventsOf(records));
                consumer.commitSync();
            }
            if (System.nanoTime() - nextTryNs >= 0) {
                consumer.resume(consumer.paused());
                problem = null;
            }
            if (System.nanoTime() - nextForgetNs >= 0) {
                nextForgetNs = System.nanoTime() + FORGET_EVERY_NS;
                forget.run();
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

    private static List<AlertEvent> eventsOf(ConsumerRecords<byte[], byte[]> records) {
        List<AlertEvent> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.value() == null) {
                continue;
            }
            try {
                events.add(Json.read(record.value(), AlertEvent.class));
            } catch (MalformedJsonException unreadable) {
                LOG.atError()
                        .setMessage("record of telemetry.alerts passed over")
                        .addKeyValue("partition", record.partition())
                        .addKeyValue("offset", record.offset())
                        .setCause(unreadable)
                        .log();
            }
        }
        return events;
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
        LOG.atWarn().setMessage("alerts not stored, tried again").setCause(failure).log();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("alert feed does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
