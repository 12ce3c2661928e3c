package dev.driveline.telemetry.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.telemetry.fleet.PresenceBook;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Keeps the book of connected vehicles equal to {@code vehicle.presence}. */
public final class PresenceFeed {

    private static final String NAME = "telemetry-presence";

    private PresenceFeed() {}

    /** Starts reading from the beginning; what is not read yet is not online yet. */
    public static TailReader start(KafkaConfig kafka, PresenceBook book) {
        return TailReader.start(
                NAME,
                kafka.consumer(NAME),
                kafka.prefix().of(Topic.VEHICLE_PRESENCE),
                IntStream.range(0, kafka.partitions()).boxed().toList(),
                TailReader.From.BEGINNING,
                record -> take(book, record));
    }

    private static void take(PresenceBook book, ConsumerRecord<byte[], byte[]> record) {
        Vin vin =
                Vin.of(
                        record.key() == null
                                ? ""
                                : new String(record.key(), StandardCharsets.US_ASCII));
        if (record.value() == null) {
            book.remove(vin);
        } else {
            book.put(vin, Json.read(record.value(), Presence.class));
        }
    }
}
