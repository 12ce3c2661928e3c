package dev.driveline.telemetry.kafka;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic as a member of a group. One thread of its own; records count as read once they were
 * taken, so with the taker failing (the database away, say) the same ones come again, every second.
 */
public final class GroupReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_LIMIT_S = 70;

    private final String name;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Consumer<ConsumerRecords<byte[], byte[]>> taker;
    private final Runnable turned;
    private final String topic;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long nextTryNs = System.nanoTime();
    private volatile boolean closing;
    private volatile @Nullable String problem;

    private GroupReader(
            KafkaConfig kafka,
            String name,
            Topic topic,
            Consumer<ConsumerRecords<byte[], byte[]>> taker,
            Runnable turned) {
        this.name = name;
        this.taker = taker;
        this.turned = turned;
        this.topic = kafka.prefix().of(topic);
        this.consumer = new KafkaConsumer<>(kafka.consumer(name, name));
    }

    /**
     * Starts the thread.
     *
     * @param name of the group, the client and the thread
     * @param taker gets what was read; may get it again
     * @param turned called after each turn, at least twice a second while all is well
     */
    static GroupReader start(
            KafkaConfig kafka,
            String name,
            Topic topic,
            Consumer<ConsumerRecords<byte[], byte[]>> taker,
            Runnable turned) {
        GroupReader reader = new GroupReader(kafka, name, topic, taker, turned);
        Thread.ofPlatform().daemon().name(name).start(reader::run);
        return reader;
    }

    /** Why nothing is taken now; null where all is well. */
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
            LOG.atError()
                    .setMessage("reader ended")
                    .addKeyValue("reader", name)
                    .setCause(bug)
                    .log();
            problem = "it ended: " + bug;
        } finally {
            stopped.countDown();
        }
    }

    private void turn() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                taker.accept(records);
                consumer.commitSync();
            }
            if (System.nanoTime() - nextTryNs >= 0) {
                consumer.resume(consumer.paused());
                problem = null;
            }
            turned.run();
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
        LOG.atWarn()
                .setMessage("records not taken, tried again")
                .addKeyValue("reader", name)
                .setCause(failure)
                .log();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("reader does not stop").addKeyValue("reader", name).log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
