package dev.driveline.command.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the intake has read and its handler has not taken yet: the registry's facts, the newest of
 * each vehicle, and each vehicle's records in their order. Used by the intake's thread.
 */
final class Unhandled implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Unhandled.class);

    /** Vehicles whose records are handled at once. */
    private static final int AT_ONCE = 4;

    private final Map<String, Topic> byName;
    private final Intake.Handler handler;
    private final Map<Vin, VehicleFact> facts = new TreeMap<>(Comparator.comparing(Vin::value));
    private final Map<String, Deque<ConsumerRecord<byte[], byte[]>>> byVehicle =
            new LinkedHashMap<>();
    private final ExecutorService workers =
            Executors.newFixedThreadPool(
                    AT_ONCE, Thread.ofPlatform().daemon().name("command-intake-", 1).factory());

    /**
     * @param byName what is read, by the topics' names
     */
    Unhandled(Map<String, Topic> byName, Intake.Handler handler) {
        this.byName = byName;
        this.handler = handler;
    }

    boolean isEmpty() {
        return facts.isEmpty() && byVehicle.isEmpty();
    }

    void add(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (byName.get(record.topic()) == Topic.REGISTRY_VEHICLES) {
                newest(record);
                continue;
            }
            String key =
                    record.key() == null ? "" : new String(record.key(), StandardCharsets.US_ASCII);
            byVehicle.computeIfAbsent(key, same -> new ArrayDeque<>()).addLast(record);
        }
    }

    /**
     * The registry's facts at once, then each vehicle's records in their order, several vehicles at
     * once: most of the time goes by waiting for PostgreSQL's disk. What has to be tried again
     * stays.
     */
    void handle() {
        takeFacts();
        List<Future<?>> running = new ArrayList<>();
        byVehicle.values().forEach(line -> running.add(workers.submit(() -> handle(line))));
        running.forEach(Unhandled::await);
        byVehicle.values().removeIf(Deque::isEmpty);
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    private void newest(ConsumerRecord<byte[], byte[]> record) {
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
    private void takeFacts() {
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
        List<Intake.Heard> heard = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Topic topic = byName.get(record.topic());
            if (topic == null
                    || record.value() == null
                    || (topic == Topic.VEHICLE_EVENTS && !saysSleep(record))) {
                continue;
            }
            Header reply = record.headers().lastHeader(Headers.TOPIC);
            heard.add(
                    new Intake.Heard(
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
}
