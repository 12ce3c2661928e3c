package dev.driveline.command.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the dispatcher reads, as a member of its group: presence, replies, reports, its own events,
 * what vehicles say of their sleep, the registry's facts and erasures, the same partitions of each,
 * so that all about a vehicle comes to one member.
 *
 * <p>On assignment presence is read from its beginning; until its end is reached nothing is
 * dispatched. Offsets are committed some time after the handler returned; with PostgreSQL away the
 * same record is tried again while polling goes on.
 */
public final class Intake implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration AWAY = Duration.ofMillis(500);

    /**
     * From one poll that brought a few records to the next: reports and answers of a vehicle that
     * come within it are one transaction. The first after a pause is handled at once.
     */
    private static final long SPACING_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int FEW = 200;

    /** How often what was handled is marked so; what was not is handled again after a crash. */
    private static final long COMMIT_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);

    private static final List<Topic> TOPICS =
            List.of(
                    Topic.VEHICLE_PRESENCE,
                    Topic.VEHICLE_REPLIES,
                    Topic.GATEWAY_REPORTS,
                    Topic.COMMAND_EVENTS,
                    Topic.REGISTRY_VEHICLES,
                    Topic.REGISTRY_ERASURES,
                    Topic.VEHICLE_EVENTS);

    private final Consumer<byte[], byte[]> consumer;
    private final Handler handler;
    private final Map<String, Topic> byName = new HashMap<>();
    private final Map<TopicPartition, Long> presenceEnds = new HashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final int partitions;
    private final Unhandled unhandled;
    private long committedNs = System.nanoTime();
    private boolean uncommitted;

    /** Partitions were assigned, and presence is to be read from its beginning. */
    private boolean presenceUnread;

    /** Whether all that was read is handled, so that the consumer's position says what is done. */
    private boolean allHandled = true;

    private volatile Set<Integer> owned = Set.of();
    private volatile boolean settled;
    private volatile boolean closing;

    /**
     * A record.
     *
     * @param replyTopic for replies, the leaf of their MQTT topic; empty otherwise
     */
    public record Heard(Topic topic, String replyTopic, byte[] value) {}

    /**
     * What is done with what is read. Records of a vehicle are told one after the other, those of
     * several at once.
     */
    public interface Handler {

        /**
         * What the registry now says of vehicles, the newest of each.
         *
         * @throws ProblemException UNAVAILABLE to have it tried again
         */
        void facts(Collection<VehicleFact> facts);

        /** All presence is to be forgotten; it is read anew. */
        void forget();

        /**
         * What was heard of a vehicle, in the order of each topic; the same again after an
         * exception, and after a crash.
         *
         * @throws ProblemException UNAVAILABLE to have all tried again
         * @throws RuntimeException if one is unusable; each is tried by itself then
         */
        void handle(Vin vin, List<Heard> records);

        /** Presence was read to its end: everything that waits may be dispatched. */
        void settled();
    }

    public Intake(KafkaConfig kafka, Handler handler) {
        this(consumer(kafka), kafka.prefix(), kafka.partitions(), handler);
    }

    /** One that reads with a consumer, which is its own from now on. */
    Intake(Consumer<byte[], byte[]> consumer, TopicPrefix prefix, int partitions, Handler handler) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.handler = handler;
        TOPICS.forEach(topic -> byName.put(prefix.of(topic), topic));
        this.unhandled = new Unhandled(byName, handler);
    }

    private static Consumer<byte[], byte[]> consumer(KafkaConfig kafka) {
        Map<String, Object> properties = kafka.consumer("command-intake", "command-dispatcher");
        properties.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        return new KafkaConsumer<>(properties);
    }

    /** Joins the group and begins to read. */
    public void start() {
        Thread.ofPlatform().daemon().name("command-intake").start(this::run);
    }

    /** Whether this member dispatches for a vehicle now. */
    public boolean dispatchesFor(Vin vin) {
        byte[] key = vin.value().getBytes(StandardCharsets.US_ASCII);
        return settled && owned.contains(BuiltInPartitioner.partitionForKey(key, partitions));
    }

    public boolean isSettled() {
        return settled;
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(10, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("intake does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(byName.keySet(), new Assignment());
            pollUntilClosed();
            commitAll();
        } finally {
            settled = false;
            unhandled.close();
            stopped.countDown();
        }
    }

    private void pollUntilClosed() {
        try {
            while (!closing) {
                pollOnce();
            }
        } catch (WakeupException _) {
            // close() was called.
        }
    }

    private void pollOnce() {
        try {
            if (presenceUnread) {
                readPresenceAnew();
            }
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            long polledNs = System.nanoTime();
            allHandled = false;
            handleForCertain(records);
            allHandled = true;
            uncommitted |= !records.isEmpty();
            if (uncommitted && System.nanoTime() - committedNs >= COMMIT_NS) {
                uncommitted = false;
                consumer.commitAsync((_, failure) -> uncommitted |= failure != null);
                committedNs = System.nanoTime();
            }
            if (!settled && !owned.isEmpty() && !presenceUnread && reachedPresenceEnds()) {
                settled = true;
                handler.settled();
            }
            if (!records.isEmpty() && records.count() < FEW) {
                TimeUnit.NANOSECONDS.sleep(polledNs + SPACING_NS - System.nanoTime());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new WakeupException();
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            LOG.atWarn().setMessage("intake failed").setCause(failed).log();
        }
    }

    /** With PostgreSQL away records stay at hand, the membership too. */
    private void handleForCertain(ConsumerRecords<byte[], byte[]> records) {
        unhandled.add(records);
        while (!unhandled.isEmpty()) {
            if (closing) {
                throw new WakeupException();
            }
            unhandled.handle();
            if (!unhandled.isEmpty()) {
                stay();
            }
        }
    }

    /** Keeps the membership, and what is at hand whatever Kafka does. */
    private void stay() {
        consumer.pause(consumer.assignment());
        try {
            // What was assigned meanwhile is not paused, and what it brings is not lost.
            unhandled.add(consumer.poll(AWAY));
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            LOG.atWarn().setMessage("intake failed").setCause(failed).log();
        } finally {
            consumer.resume(consumer.assignment());
        }
    }

    /** Before others read on. */
    private void commitAll() {
        if (allHandled && uncommitted) {
            try {
                consumer.commitSync(COMMIT_LIMIT);
                uncommitted = false;
            } catch (KafkaException failed) {
                LOG.atWarn().setMessage("offsets not committed").setCause(failed).log();
            }
        }
    }

    private boolean reachedPresenceEnds() {
        return presenceEnds.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** Whatever was known of it may be another owner's by now. */
    private void readPresenceAnew() {
        List<TopicPartition> presence = presence();
        handler.forget();
        presenceEnds.clear();
        presenceEnds.putAll(consumer.endOffsets(presence));
        consumer.seekToBeginning(presence);
        presenceUnread = false;
        LOG.atInfo()
                .setMessage("dispatcher assigned")
                .addKeyValue("partitions", owned.size())
                .log();
    }

    private List<TopicPartition> presence() {
        return consumer.assignment().stream()
                .filter(partition -> byName.get(partition.topic()) == Topic.VEHICLE_PRESENCE)
                .toList();
    }

    /**
     * Presence is read anew for whatever is owned now; the rest goes on where the group left it.
     */
    private final class Assignment implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            presenceUnread = true;
            owned =
                    presence().stream()
                            .map(TopicPartition::partition)
                            .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> removed) {
            settled = false;
            owned = Set.of();
            commitAll();
        }
    }
}
