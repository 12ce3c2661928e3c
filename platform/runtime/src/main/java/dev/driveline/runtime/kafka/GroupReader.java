package dev.driveline.runtime.kafka;

import dev.driveline.contract.kafka.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics as a member of a group and hands on what it reads, at least once.
 *
 * <p>Thread: one of its own polls, hands on and commits; the taker is called on it and by it only.
 *
 * <p>Commit: records count as read once the taker has returned. What was taken and not committed (a
 * crash, a commit that failed) is handed on again, so taking must bear repetition.
 *
 * <p>Rebalance: a partition moves between two calls of the taker, after what was taken was
 * committed. A taker that takes longer than Kafka's {@code max.poll.interval.ms} (5 minutes) loses
 * its partitions; another member is then given the same records.
 *
 * <p>Failure: whatever the taker throws (the database away, say), the same records come again after
 * a second, in their order; meanwhile it stays in the group. With Kafka failing it tries again
 * every second. What is neither Kafka's failure nor the taker's ends it. {@link #problem} says so.
 */
public final class GroupReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_LIMIT_S = 70;

    private final Group group;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<String> topics;
    private final Consumer<ConsumerRecords<byte[], byte[]>> taker;
    private final Runnable turned;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long nextTryNs = System.nanoTime();
    private boolean assigned;
    private volatile @Nullable String problem;

    /** Assigned, and where it began is not written down yet. */
    private final Set<TopicPartition> unmarked = new HashSet<>();

    /**
     * What is read, and how.
     *
     * @param name of the group, the client and the thread
     * @param from where the group begins in a partition of which it has read nothing yet
     * @param maxRecords that the taker is given at once
     * @param maxFetchBytes that are read at once, of all partitions
     * @param spacing from one turn that took something to the next: what comes within it goes
     *     together, the first after a pause does not wait, nor what comes in full portions
     */
    public record Group(
            String name,
            Set<Topic> topics,
            From from,
            int maxRecords,
            int maxFetchBytes,
            Duration spacing) {

        public Group {
            topics = Set.copyOf(topics);
        }

        /** From the beginning, in the portions that Kafka has by itself. */
        public static Group of(String name, Topic... topics) {
            return new Group(
                    name,
                    Set.of(topics),
                    From.BEGINNING,
                    ConsumerConfig.DEFAULT_MAX_POLL_RECORDS,
                    ConsumerConfig.DEFAULT_FETCH_MAX_BYTES,
                    Duration.ZERO);
        }

        /** The same, from the end. */
        public Group fromEnd() {
            return new Group(name, topics, From.END, maxRecords, maxFetchBytes, spacing);
        }

        /** The same in other portions. */
        public Group inPortions(int records, int fetchBytes) {
            return new Group(name, topics, from, records, fetchBytes, spacing);
        }

        /** The same, with a rest after each turn that took something. */
        public Group spaced(Duration rest) {
            return new Group(name, topics, from, maxRecords, maxFetchBytes, rest);
        }
    }

    /** Where a group begins. */
    public enum From {
        BEGINNING,

        /**
         * With what comes after it was first given the partition, which is written down at once;
         * until then {@link #problem} says that it has not begun.
         */
        END
    }

    private GroupReader(
            KafkaConfig kafka,
            Group group,
            Consumer<ConsumerRecords<byte[], byte[]>> taker,
            Runnable turned) {
        this.group = group;
        this.topics = Topics.names(kafka, group.topics());
        this.taker = taker;
        this.turned = turned;
        this.assigned = group.from() == From.BEGINNING;
        this.problem = assigned ? null : "it has not begun";
        Map<String, Object> settings = new HashMap<>(kafka.consumer(group.name(), group.name()));
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, group.maxRecords());
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, group.maxFetchBytes());
        settings.put(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                group.from() == From.BEGINNING ? "earliest" : "latest");
        this.consumer = new KafkaConsumer<>(settings);
    }

    /**
     * Starts the thread.
     *
     * @param taker gets what was read, never nothing; may get it again
     */
    public static GroupReader start(
            KafkaConfig kafka, Group group, Consumer<ConsumerRecords<byte[], byte[]>> taker) {
        return start(kafka, group, taker, () -> {});
    }

    /**
     * Starts the thread.
     *
     * @param taker gets what was read, never nothing; may get it again
     * @param turned called on the same thread after each turn, at least twice a second while all is
     *     well; what it throws counts as a failure
     */
    public static GroupReader start(
            KafkaConfig kafka,
            Group group,
            Consumer<ConsumerRecords<byte[], byte[]>> taker,
            Runnable turned) {
        GroupReader reader = new GroupReader(kafka, group, taker, turned);
        Thread.ofPlatform().daemon().name(group.name()).start(reader::run);
        return reader;
    }

    /** Why nothing is taken now; null where all is well. Any thread. */
    public @Nullable String problem() {
        return problem;
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(topics, new Assignment());
            while (closing.getCount() > 0) {
                turn();
            }
        } catch (WakeupException _) {
            // close() was called.
        } catch (RuntimeException | Error bug) {
            LOG.atError()
                    .setMessage("reader ended")
                    .addKeyValue("reader", group.name())
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
            boolean taken = !records.isEmpty() && taken(records);
            if (taken) {
                consumer.commitSync();
            }
            mark();
            if (System.nanoTime() - nextTryNs >= 0) {
                consumer.resume(consumer.paused());
                problem = assigned ? null : problem;
                afterTurn();
            }
            if (taken && records.count() < group.maxRecords()) {
                pause(group.spacing().toNanos());
            }
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            later("Kafka", failed);
            pause(RETRY_NS);
        }
    }

    private boolean taken(ConsumerRecords<byte[], byte[]> records) {
        try {
            taker.accept(records);
            return true;
        } catch (RuntimeException failed) {
            // All of them were read in this turn, so the partitions are still ours.
            for (TopicPartition partition : records.partitions()) {
                consumer.seek(partition, records.records(partition).getFirst().offset());
            }
            consumer.pause(consumer.assignment());
            later("the taker", failed);
            return false;
        }
    }

    private void afterTurn() {
        try {
            turned.run();
        } catch (RuntimeException failed) {
            later("what is done beside it", failed);
        }
    }

    private void later(String what, RuntimeException failure) {
        problem = what + " fails: " + failure.getMessage();
        nextTryNs = System.nanoTime() + RETRY_NS;
        LOG.atWarn()
                .setMessage("records not taken, tried again")
                .addKeyValue("reader", group.name())
                .setCause(failure)
                .log();
    }

    /**
     * Writes down where it began; else what comes before the first records are taken would be
     * passed over by a restart.
     */
    private void mark() {
        if (unmarked.isEmpty()) {
            return;
        }
        var committed = consumer.committed(Set.copyOf(unmarked));
        Map<TopicPartition, OffsetAndMetadata> first = new HashMap<>();
        for (TopicPartition partition : unmarked) {
            if (committed.get(partition) == null) {
                first.put(partition, new OffsetAndMetadata(consumer.position(partition)));
            }
        }
        consumer.commitSync(first);
        unmarked.clear();
    }

    private void pause(long ns) {
        try {
            var _ = closing.await(ns, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closing.countDown();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn()
                        .setMessage("reader does not stop")
                        .addKeyValue("reader", group.name())
                        .log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called within poll, on the reader's thread. */
    private final class Assignment implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (group.from() == From.END) {
                unmarked.addAll(partitions);
            }
            assigned = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            unmarked.removeAll(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            onPartitionsRevoked(partitions);
        }
    }
}
