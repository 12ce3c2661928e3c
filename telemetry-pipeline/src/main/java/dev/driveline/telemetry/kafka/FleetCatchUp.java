package dev.driveline.telemetry.kafka;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.live.FleetSource.FleetBatch;
import dev.driveline.telemetry.live.LogPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads what lies between two positions of {@code telemetry.signals}, of some vehicles. */
final class FleetCatchUp {

    /** Records on the way, of all vehicles. */
    static final long MAX_RECORDS = 100_000;

    /** Of the vehicles asked for. */
    static final int MAX_BATCHES = 10_000;

    private static final String NAME = "telemetry-fleet-catch-up";
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long LIMIT_NS = Duration.ofSeconds(30).toNanos();

    private FleetCatchUp() {}

    /** Null where not all of it can be had, or it is too much. */
    static @Nullable List<FleetBatch> read(
            KafkaConfig kafka, LogPosition from, LogPosition to, Predicate<Vin> vins) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        long records = 0;
        for (int number = 0; number < to.partitions(); number++) {
            if (to.next(number) > from.next(number)) {
                ends.put(
                        new TopicPartition(kafka.prefix().of(Topic.TELEMETRY_SIGNALS), number),
                        to.next(number));
                records += to.next(number) - from.next(number);
            }
        }
        if (records > MAX_RECORDS) {
            return null;
        }
        if (ends.isEmpty()) {
            return List.of();
        }
        Map<String, Object> settings = new HashMap<>(kafka.consumer(NAME));
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            consumer.assign(ends.keySet());
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(ends.keySet());
            for (TopicPartition partition : ends.keySet()) {
                long first = from.next(partition.partition());
                if (first < requireNonNull(begins.get(partition))) {
                    return null;
                }
                consumer.seek(partition, first);
            }
            return read(consumer, ends, vins);
        }
    }

    private static @Nullable List<FleetBatch> read(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            Predicate<Vin> vins) {
        List<FleetBatch> found = new ArrayList<>();
        long untilNs = System.nanoTime() + LIMIT_NS;
        while (ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                FleetBatch batch =
                        record.offset() < requireNonNull(ends.get(partition))
                                ? batchOf(record, vins)
                                : null;
                if (batch != null) {
                    found.add(batch);
                }
            }
            if (found.size() > MAX_BATCHES || System.nanoTime() - untilNs > 0) {
                return null;
            }
        }
        return found;
    }

    /** Null where it is none of these vehicles', or cannot be read. */
    static @Nullable FleetBatch batchOf(
            ConsumerRecord<byte[], byte[]> record, Predicate<Vin> vins) {
        String key =
                record.key() == null ? "" : new String(record.key(), StandardCharsets.US_ASCII);
        if (!Vin.isValid(key) || !vins.test(Vin.of(key))) {
            return null;
        }
        SampleBatch batch = SignalRecords.batch(record);
        return batch == null ? null : new FleetBatch(Vin.of(key), batch);
    }
}
