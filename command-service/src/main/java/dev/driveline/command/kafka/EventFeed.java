package dev.driveline.command.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.webhook.CloudEvent;
import dev.driveline.command.webhook.EventNames;
import dev.driveline.command.webhook.Occurrence;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what tenants may want to be told: steps of commands and of alerts. */
public final class EventFeed {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final GroupReader.Group GROUP =
            GroupReader.Group.of("command-webhooks", Topic.COMMAND_EVENTS, Topic.TELEMETRY_ALERTS)
                    .spaced(Duration.ofMillis(100));

    private final String commandEvents;

    private EventFeed(KafkaConfig kafka) {
        this.commandEvents = kafka.prefix().of(Topic.COMMAND_EVENTS);
    }

    /**
     * Starts the reader.
     *
     * @param taker is given the same again if it throws, and after a crash
     */
    public static GroupReader start(KafkaConfig kafka, Consumer<List<Occurrence>> taker) {
        EventFeed feed = new EventFeed(kafka);
        return GroupReader.start(
                kafka, GROUP, records -> taker.accept(feed.occurrencesIn(records)));
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
                record.topic().equals(commandEvents)
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
}
