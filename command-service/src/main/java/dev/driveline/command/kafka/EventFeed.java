package dev.driveline.command.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.webhook.CloudEvent;
import dev.driveline.command.webhook.EventNames;
import dev.driveline.command.webhook.Occurrence;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what tenants may want to be told: steps of commands and of alerts. One thread of its own, a
 * member of a group; a record counts as read once it was taken, and is tried again until it is.
 */
public final class EventFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final String NAME = "command-webhooks";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AWAY = Duration.ofSeconds(1);
    private static final long CLOSE_LIMIT_S = 10;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Consumer<List<Occurrence>> taker;
    private final Map<String, Topic> topics = new HashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile @Nullable String problem;

    private EventFeed(KafkaConfig kafka, Consumer<List<Occurrence>> taker) {
        this.taker = taker;
        this.consumer = new KafkaConsumer<>(kafka.consumer(NAME, NAME));
        for (Topic topic : List.of(Topic.COMMAND_EVENTS, Topic.TELEMETRY_ALERTS)) {
            topics.put(kafka.prefix().of(topic), topic);
        }
    }

    /**
     * Starts the thread.
     *
     * @param taker is given the same again if it throws, and after a crash
     */
    public static EventFeed start(KafkaConfig kafka, Consumer<List<Occurrence>> taker) {
        EventFeed feed = new EventFeed(kafka, taker);
        Thread.ofPlatform().daemon().name(NAME).start(feed::run);
        return feed;
    }

    /** Why nothing is taken now; null where all is well. */
    public @Nullable String problem() {
        return problem;
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(topics.keySet());
            while (!closing) {
                turn();
            }
        } catch (WakeupException _) {
            // close() was called.
        } catch (RuntimeException | Error bug) {
            LOG.atError().setMessage("event feed ended").setCause(bug).log();
            problem = "it ended: " + bug;
        } finally {
            stopped.countDown();
        }
    }

    private void turn() {
        try {
            List<Occurrence> read = occurrencesIn(consumer.poll(POLL));
            if (!read.isEmpty()) {
                takeForCertain(read);
            }
            consumer.commitSync();
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            LOG.atWarn().setMessage("events not read, tried again").setCause(failed).log();
        }
    }

    private void takeForCertain(List<Occurrence> read) {
        while (!closing) {
            try {
                taker.accept(read);
                problem = null;
                return;
            } catch (RuntimeException failed) {
                problem = "events wait: " + failed.getMessage();
                LOG.atWarn().setMessage("events wait").addKeyValue("why", failed).log();
            }
            consumer.pause(consumer.assignment());
            // What was assigned meanwhile is not paused, and what it brings is not lost.
            read.addAll(occurrencesIn(consumer.poll(AWAY)));
            consumer.resume(consumer.assignment());
        }
        throw new WakeupException();
    }

    private List<Occurrence> occurrencesIn(ConsumerRecords<byte[], byte[]> records) {
        List<Occurrence> found = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                found.add(occurrenceIn(record));
            } catch (RuntimeException unusable) {
                LOG.atError()
                        .setMessage("event passed over")
                        .addKeyValue("topic", record.topic())
                        .addKeyValue("partition", record.partition())
                        .addKeyValue("offset", record.offset())
                        .setCause(unusable)
                        .log();
            }
        }
        return found;
    }

    private Occurrence occurrenceIn(ConsumerRecord<byte[], byte[]> record) {
        JsonNode data = Json.tree(record.value());
        String name =
                topics.get(record.topic()) == Topic.COMMAND_EVENTS
                        ? EventNames.ofCommand(data.path("state").asText())
                        : EventNames.ofAlert(data.path("step").asText());
        return new Occurrence(
                TenantId.of(header(record, Headers.TENANT)),
                name,
                new CloudEvent(
                        header(record, Headers.EVENT_ID),
                        header(record, Headers.EVENT_SOURCE),
                        header(record, Headers.EVENT_TYPE),
                        header(record, Headers.EVENT_SUBJECT),
                        header(record, Headers.EVENT_TIME),
                        data));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null) {
            throw new IllegalArgumentException("the record lacks the header '" + name + "'");
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("event feed does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
