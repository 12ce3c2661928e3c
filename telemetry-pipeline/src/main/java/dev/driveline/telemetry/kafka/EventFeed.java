package dev.driveline.telemetry.kafka;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.GroupReader.Group;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.event.EventRecords;
import dev.driveline.telemetry.event.HeardEvent;
import dev.driveline.telemetry.fact.Facts;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries {@code vehicle.events} into the store; storing a record again changes nothing. */
public final class EventFeed {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final Group GROUP = Group.of("telemetry-events", Topic.VEHICLE_EVENTS);

    private final Facts facts;
    private final Consumer<List<HeardEvent>> store;

    private EventFeed(Facts facts, Consumer<List<HeardEvent>> store) {
        this.facts = facts;
        this.store = store;
    }

    /** Starts the reader. */
    public static GroupReader start(
            KafkaConfig kafka, Facts facts, Consumer<List<HeardEvent>> store) {
        EventFeed feed = new EventFeed(facts, store);
        return GroupReader.start(kafka, GROUP, feed::take);
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        List<HeardEvent> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                events.add(
                        EventRecords.read(
                                record.key(),
                                record.value(),
                                name -> header(record, name),
                                record.timestamp(),
                                facts));
            } catch (MalformedJsonException
                    | InvalidValueException
                    | DateTimeParseException unreadable) {
                LOG.atWarn()
                        .setMessage("record of vehicle.events passed over")
                        .addKeyValue("partition", record.partition())
                        .addKeyValue("offset", record.offset())
                        .setCause(unreadable)
                        .log();
            }
        }
        store.accept(events);
    }

    private static byte @Nullable [] header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }
}
