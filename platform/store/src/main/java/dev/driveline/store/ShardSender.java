package dev.driveline.store;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.store.postgres.UnsentRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka side of one line of the outbox: a transactional producer that shuts out whoever had the
 * line before. After any exception it is of no use; a new one finds out what became of the last
 * transaction. Used by one thread.
 *
 * <p>The mark of what was sent is kept as an offset of a group that nobody belongs to, since Kafka
 * commits that together with the records.
 */
final class ShardSender implements AutoCloseable {

    private static final int MAX_REQUEST_BYTES = 9 * 1024 * 1024;
    private static final int REQUEST_LIMIT_MS = 10_000;
    private static final int DELIVERY_LIMIT_MS = 20_000;
    private static final int TRANSACTION_LIMIT_MS = 30_000;
    private static final Duration MARK_LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final String prefix;
    private final TopicPartition markedAt;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ConsumerGroupMetadata group;
    private final @Nullable SentMark last;

    private ShardSender(
            KafkaConfig kafka,
            TopicPartition markedAt,
            KafkaProducer<byte[], byte[]> producer,
            ConsumerGroupMetadata group,
            @Nullable SentMark last) {
        this.prefix = kafka.prefix().value();
        this.markedAt = markedAt;
        this.producer = producer;
        this.group = group;
        this.last = last;
    }

    /**
     * Shuts out the predecessor, waits until its last transaction is committed or aborted, and
     * reads the mark that it left.
     *
     * @param name transactional id and group, without the installation's prefix
     * @param home an existing topic of the service, beside which the mark is kept
     * @throws RuntimeException if Kafka does not answer
     */
    static ShardSender takeOver(KafkaConfig kafka, String name, Topic home) {
        var markedAt = new TopicPartition(kafka.prefix().of(home), 0);
        var producer = new KafkaProducer<byte[], byte[]>(propertiesOf(kafka, name));
        try {
            producer.initTransactions();
            try (var reader = new KafkaConsumer<byte[], byte[]>(kafka.consumer(name, name))) {
                OffsetAndMetadata mark =
                        reader.committed(Set.of(markedAt), MARK_LIMIT).get(markedAt);
                return new ShardSender(
                        kafka,
                        markedAt,
                        producer,
                        reader.groupMetadata(),
                        mark == null ? null : SentMark.parse(mark.metadata()));
            }
        } catch (RuntimeException failed) {
            producer.close(Duration.ZERO);
            throw failed;
        }
    }

    private static Map<String, Object> propertiesOf(KafkaConfig kafka, String name) {
        Map<String, Object> properties = kafka.producer(name);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, kafka.prefix().group(name));
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_LIMIT_MS);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY_LIMIT_MS);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_LIMIT_MS);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_LIMIT_MS);
        return properties;
    }

    /** What the last committed transaction of the line held; null if there was none yet. */
    @Nullable SentMark last() {
        return last;
    }

    /** Sends rows and the mark of them, all or none; they are committed when it returns. */
    void send(List<UnsentRow> rows) {
        producer.beginTransaction();
        for (UnsentRow row : rows) {
            String topic = prefix + row.topic();
            var record = new ProducerRecord<>(topic, row.key(), row.value());
            row.headers()
                    .forEach((header, text) ->
                            record.headers().add(header, text.getBytes(StandardCharsets.UTF_8)));
            // A failure of one is a failure of the commit.
            var _ = producer.send(record);
        }
        SentMark mark = SentMark.of(rows);
        producer.sendOffsetsToTransaction(
                Map.of(markedAt, new OffsetAndMetadata(mark.ids().getLast(), mark.text())), group);
        producer.commitTransaction();
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }
}
