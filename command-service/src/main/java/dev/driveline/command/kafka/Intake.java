package dev.driveline.command.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
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

    /** Vehicles whose records are handled at once. */
    private static final int AT_ONCE = 4;

    private static final List<Topic> TOPICS =
            List.of(
                    Topic.VEHICLE_PRESENCE,
                    Topic.VEHICLE_REPLIES,
                    Topic.GATEWAY_REPORTS,
                    Topic.COMMAND_EVENTS,
                    Topic.REGISTRY_VEHICLES,
                    Topic.REGISTRY_ERASURES,
                    Topic.VEHICLE_EVENTS);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Handler handler;
    private final Map<String, Topic> byName = new HashMap<>();
    private final Map<TopicPartition, Long> presenceEnds = new HashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final int partitions;
    private final ExecutorService workers =
            Executors.newFixedThreadPool(
                    AT_ONCE, Thread.ofPlatform().daemon().name("command-intake-", 1).factory());
    private long committedNs = System.nanoTime();
    private boolean uncommitted;

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
        this.handler = handler;
        this.partitions = kafka.partitions();
        Map<String, Object> properties = kafka.consumer("command-intake", "command-dispatcher");
        properties.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        this.consumer = new KafkaConsumer<>(properties);
        TOPICS.forEach(topic -> byName.put(kafka.prefix().of(topic), topic));
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
            workers.shutdownNow();
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
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            long polledNs = System.nanoTime();
            allHandled = false;
            handleForCertain(records);
            allHandled = true;
            uncommitted |= !records.isEmpty();
            if (uncommitted && System.nanoTime() - committedNs >= COMMIT_NS) {
                consumer.commitAsync();
                uncommitted = false;
                committedNs = System.nanoTime();
            }
            if (!settled && !owned.isEmpty() && reachedPresenceEnds()) {
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

    /**
     * The registry's facts at once, then each vehicle's records in their order, several vehicles at
     * once: most of the time goes by waiting for PostgreSQL's disk. With PostgreSQL away they stay
     * at hand, the membership too.
     */
    private void handleForCertain(ConsumerRecords<byte[], byte[]> records) {
        Map<Vin, VehicleFact> facts = new TreeMap<>(Comparator.comparing(Vin::value));
        Map<String, Deque<ConsumerRecord<byte[], byte[]>>> byVehicle = new LinkedHashMap<>();
        sort(records, facts, byVehicle);
        while (!facts.isEmpty() || !byVehicle.isEmpty()) {
            if (closing) {
                throw new WakeupException();
            }
            take(facts);
            List<Future<?>> running = new ArrayList<>();
            byVehicle.values().forEach(line -> running.add(workers.submit(() -> handle(line))));
            running.forEach(Intake::await);
            byVehicle.values().removeIf(Deque::isEmpty);
            if (!facts.isEmpty() || !byVehicle.isEmpty()) {
                consumer.pause(consumer.assignment());
                // What was assigned meanwhile is not paused, and what it brings is not lost.
                sort(consumer.poll(AWAY), facts, byVehicle);
                consumer.resume(consumer.assignment());
            }
        }
    }

    private void sort(
            ConsumerRecords<byte[], byte[]> records,
            Map<Vin, VehicleFact> facts,
            Map<String, Deque<ConsumerRecord<byte[], byte[]>>> byVehicle) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (byName.get(record.topic()) == Topic.REGISTRY_VEHICLES) {
                newest(record, facts);
                continue;
            }
            String key =
                    record.key() == null ? "" : new String(record.key(), StandardCharsets.US_ASCII);
            byVehicle.computeIfAbsent(key, same -> new ArrayDeque<>()).addLast(record);
        }
    }

    private static void newest(ConsumerRecord<byte[], byte[]> record, Map<Vin, VehicleFact> facts) {
        if (record.value() == null) {
            return;
        }
        try {
            VehicleFact fact = Json.read(record.value(), VehicleFact.class);
            facts.merge(
                    fact.vin(),
                    fact,
                    (known, next) -> next.version() < known.version() ? known : next);
        } catch (RuntimeException unusable) {
            passedOver(record, unusable);
        }
    }

    /** A transaction for all of a poll: after an import there are as many facts as vehicles. */
    private void take(Map<Vin, VehicleFact> facts) {
        if (facts.isEmpty()) {
            return;
        }
        try {
            handler.facts(facts.values());
            facts.clear();
        } catch (ProblemException unavailable) {
            LOG.atWarn()
                    .setMessage("vehicles wait")
                    .addKeyValue("vehicles", facts.size())
                    .addKeyValue("why", unavailable.getMessage())
                    .log();
        }
    }

    private static void await(Future<?> running) {
        try {
            running.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("a worker of the intake ended", bug.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new WakeupException();
        }
    }

    /** Takes out what was handled; leaves what has to be tried again. */
    private void handle(Deque<ConsumerRecord<byte[], byte[]>> line) {
        try {
            handle(List.copyOf(line));
            line.clear();
        } catch (ProblemException unavailable) {
            waits(unavailable);
        } catch (RuntimeException unusable) {
            handleEach(line);
        }
    }

    private void handleEach(Deque<ConsumerRecord<byte[], byte[]>> line) {
        while (!line.isEmpty()) {
            ConsumerRecord<byte[], byte[]> record = line.getFirst();
            try {
                handle(List.of(record));
            } catch (ProblemException unavailable) {
                waits(unavailable);
                return;
            } catch (RuntimeException unusable) {
                passedOver(record, unusable);
            }
            line.removeFirst();
        }
    }

    private static void waits(ProblemException unavailable) {
        LOG.atWarn().setMessage("record waits").addKeyValue("why", unavailable.getMessage()).log();
    }

    private static void passedOver(
            ConsumerRecord<byte[], byte[]> record, RuntimeException unusable) {
        LOG.atError()
                .setMessage("record passed over")
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .setCause(unusable)
                .log();
    }

    /** Records of one vehicle. */
    private void handle(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Heard> heard = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Topic topic = byName.get(record.topic());
            if (topic == null
                    || record.value() == null
                    || (topic == Topic.VEHICLE_EVENTS && !saysSleep(record))) {
                continue;
            }
            Header reply = record.headers().lastHeader(Headers.TOPIC);
            heard.add(
                    new Heard(
                            topic,
                            reply == null ? "" : new String(reply.value(), StandardCharsets.UTF_8),
                            record.value()));
        }
        if (!heard.isEmpty()) {
            byte[] key = records.getFirst().key();
            handler.handle(Vin.of(new String(key, StandardCharsets.US_ASCII)), heard);
        }
    }

    /** Of a vehicle's events one is ours; the others are not even read. */
    private static boolean saysSleep(ConsumerRecord<byte[], byte[]> record) {
        Header type = record.headers().lastHeader(Headers.EVENT_TYPE);
        return type != null
                && new String(type.value(), StandardCharsets.UTF_8).equals(EventTypes.SLEEP);
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

    /**
     * Presence is read anew for whatever is owned now; the rest goes on where the group left it.
     */
    private final class Assignment implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            List<TopicPartition> presence =
                    consumer.assignment().stream()
                            .filter(partition ->
                                    byName.get(partition.topic()) == Topic.VEHICLE_PRESENCE)
                            .toList();
            handler.forget();
            presenceEnds.clear();
            presenceEnds.putAll(consumer.endOffsets(presence));
            consumer.seekToBeginning(presence);
            owned =
                    presence.stream()
                            .map(TopicPartition::partition)
                            .collect(Collectors.toUnmodifiableSet());
            LOG.atInfo()
                    .setMessage("dispatcher assigned")
                    .addKeyValue("partitions", owned.size())
                    .log();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> removed) {
            settled = false;
            owned = Set.of();
            commitAll();
        }
    }
}
