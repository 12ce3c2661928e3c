package dev.driveline.bench.gateway;

import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.simulator.load.Acknowledged;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** What {@code telemetry.can} holds: a bit for every batch of every vehicle's boot. */
final class StoredBatches {

    private static final Duration POLL = Duration.ofMillis(500);

    private final Map<String, BitSet> numbers = new HashMap<>();
    private long records;
    private long unnumbered;

    /** Reads the topic from its beginning to the end that it has now. */
    static StoredBatches read(KafkaConfig kafka) {
        StoredBatches stored = new StoredBatches();
        String topic = kafka.prefix().of(Topic.TELEMETRY_CAN);
        List<TopicPartition> partitions =
                IntStream.range(0, kafka.partitions())
                        .mapToObj(partition -> new TopicPartition(topic, partition))
                        .toList();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka.consumer("bench-stored"))) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(stored::add);
            }
        }
        return stored;
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        records++;
        String boot = header(record, Headers.BOOT);
        String seq = header(record, Headers.SEQUENCE);
        if (boot == null || seq == null) {
            unnumbered++;
            return;
        }
        String vin = new String(record.key(), StandardCharsets.US_ASCII);
        numbers.computeIfAbsent(vin + "/" + boot, first -> new BitSet()).set(Integer.parseInt(seq));
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** How many batches the generator's file has acknowledged and this does not hold. */
    Comparison compare(Path acknowledgedFile) throws IOException {
        long acknowledged = 0;
        long missing = 0;
        try (DataInputStream in =
                new DataInputStream(
                        new BufferedInputStream(Files.newInputStream(acknowledgedFile)))) {
            while (true) {
                Acknowledged of = Acknowledged.read(in);
                acknowledged += of.count();
                missing +=
                        of.missingFrom(
                                numbers.getOrDefault(of.vin() + "/" + of.bootId(), new BitSet()));
            }
        } catch (EOFException end) {
            long distinct = numbers.values().stream().mapToLong(BitSet::cardinality).sum();
            return new Comparison(
                    acknowledged, missing, distinct, records - unnumbered - distinct, unnumbered);
        }
    }

    /**
     * The sets beside each other.
     *
     * @param missing acknowledged, but not stored: there must be none
     * @param stored distinct batches
     * @param repeated records that repeat a stored batch, which the pipeline drops
     * @param unnumbered records without boot and number
     */
    record Comparison(
            long acknowledged, long missing, long stored, long repeated, long unnumbered) {}
}
