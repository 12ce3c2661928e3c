package dev.driveline.telemetry.kafka;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.event.HeardEvent;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private static final String NAME = "telemetry-events";

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
        return GroupReader.start(kafka, NAME, Topic.VEHICLE_EVENTS, feed::take, () -> {});
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        List<HeardEvent> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                events.add(eventOf(record));
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

    private HeardEvent eventOf(ConsumerRecord<byte[], byte[]> record) {
        Vin vin =
                Vin.of(
                        record.key() == null
                                ? ""
                                : new String(record.key(), StandardCharsets.US_ASCII));
        String id = stated(record, Headers.EVENT_ID);
        String type = stated(record, Headers.EVENT_TYPE);
        KnownVehicle vehicle = facts.vehicle(vin);
        Instant at;
        Map<String, Object> data;
        if (type.startsWith(EventTypes.VEHICLE_PREFIX)) {
            VehicleEvent event = Json.read(valueOf(record), VehicleEvent.class);
            at = event.at();
            data = event.data();
        } else {
            at = Instant.parse(stated(record, Headers.EVENT_TIME));
            data = Json.map(new String(valueOf(record), StandardCharsets.UTF_8));
        }
        return new HeardEvent(
                vin,
                vehicle == null ? null : vehicle.tenant(),
                id,
                type,
                text(record, Headers.EVENT_SOURCE),
                at == null ? null : Long.valueOf(ChronoUnit.MICROS.between(Instant.EPOCH, at)),
                receivedUs(record),
                data);
    }

    private static byte[] valueOf(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? new byte[0] : record.value();
    }

    /** The gateway's word; without one, the time of the record. */
    private static long receivedUs(ConsumerRecord<byte[], byte[]> record) {
        String text = text(record, Headers.RECEIVED);
        return text != null && text.matches("[1-9]\\d{0,15}")
                ? Long.parseLong(text)
                : record.timestamp() * 1_000;
    }

    private static String stated(ConsumerRecord<byte[], byte[]> record, String name) {
        String text = text(record, name);
        if (text == null || text.isEmpty() || text.length() > 256) {
            throw new InvalidValueException(
                    "header " + name, String.valueOf(text), "expected 1 to 256 characters");
        }
        return text;
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
