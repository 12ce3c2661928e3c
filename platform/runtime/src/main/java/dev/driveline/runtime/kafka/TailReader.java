package dev.driveline.runtime.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads partitions of one topic for as long as the process lives, without a consumer group: every
 * process reads them all.
 *
 * <p>One thread of its own calls the handler, record by record in partition order; a failure of the
 * handler is logged with the record's place and the record passed over.
 */
public final class TailReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TailReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long RETRY_MS = 1_000;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String name;
    private final Handler handler;
    private final Map<Integer, Long> positions = new ConcurrentHashMap<>();
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;

    /** Where reading begins. */
    public enum From {
        BEGINNING,
        END
    }

    /** What is done with a record. */
    @FunctionalInterface
    public interface Handler {
        void handle(ConsumerRecord<byte[], byte[]> record) throws Exception;
    }

    private TailReader(
            String name,
            Map<String, Object> consumerProperties,
            List<TopicPartition> partitions,
            From from,
            Handler handler) {
        this.name = name;
        this.handler = handler;
        this.consumer = new KafkaConsumer<>(consumerProperties);
        Map<TopicPartition, Long> ends;
        try {
            consumer.assign(partitions);
            ends = consumer.endOffsets(partitions);
            if (from == From.BEGINNING) {
                consumer.seekToBeginning(partitions);
            } else {
                ends.forEach(consumer::seek);
            }
            partitions.forEach(partition ->
                    positions.put(partition.partition(), consumer.position(partition)));
        } catch (RuntimeException failed) {
            consumer.close();
            throw failed;
        }
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> run(ends));
    }

    /**
     * Starts reading. Returns once the position of every partition is fixed, so that nothing
     * written later is missed.
     *
     * @param consumerProperties of a consumer without a group
     */
    public static TailReader start(
            String name,
            Map<String, Object> consumerProperties,
            String topic,
            Collection<Integer> partitions,
            From from,
            Handler handler) {
        List<TopicPartition> assigned =
                partitions.stream().map(partition -> new TopicPartition(topic, partition)).toList();
        TailReader reader = new TailReader(name, consumerProperties, assigned, from, handler);
        reader.thread.start();
        return reader;
    }

    /**
     * Waits until everything that stood in the log at the start was handled.
     *
     * @throws IllegalStateException naming the reader, if that takes longer than {@code limit}
     */
    public void awaitCaughtUp(Duration limit) throws InterruptedException {
        if (!caughtUp.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    name + " did not reach the end of its log within " + limit);
        }
    }

    /** Whether that has happened. */
    public boolean caughtUp() {
        return caughtUp.getCount() == 0;
    }

    /** The next offset of a partition that is to be handled. */
    public long position(int partition) {
        Long position = positions.get(partition);
        return position == null ? 0 : position;
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(5, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("reader does not stop").addKeyValue("reader", name).log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Map<TopicPartition, Long> ends) {
        try (consumer) {
            while (!closing) {
                pollOnce();
                if (caughtUp.getCount() > 0 && reached(ends)) {
                    caughtUp.countDown();
                }
            }
        } catch (WakeupException _) {
            // close() was called.
        } finally {
            stopped.countDown();
        }
    }

    private void pollOnce() {
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                handle(record);
                positions.put(record.partition(), record.offset() + 1);
            }
            // Control records of transactions move the position without a record.
            for (TopicPartition partition : consumer.assignment()) {
                positions.put(partition.partition(), consumer.position(partition));
            }
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            LOG.atWarn()
                    .setMessage("poll failed")
                    .addKeyValue("reader", name)
                    .setCause(failed)
                    .log();
            pause();
        }
    }

    private void handle(ConsumerRecord<byte[], byte[]> record) {
        try {
            handler.handle(record);
        } catch (Exception failed) {
            LOG.atError()
                    .setMessage("record passed over")
                    .addKeyValue("reader", name)
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .setCause(failed)
                    .log();
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> position(end.getKey().partition()) >= end.getValue());
    }

    private void pause() {
        try {
            stopped.await(RETRY_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }
}
