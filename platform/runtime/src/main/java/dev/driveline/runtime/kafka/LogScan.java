package dev.driveline.runtime.kafka;

import dev.driveline.contract.kafka.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads partitions once, from the beginning to where they end now. Blocks. */
public final class LogScan {

    private static final Duration POLL = Duration.ofMillis(200);

    private LogScan() {}

    /**
     * @throws IllegalStateException naming the topic, if it takes longer than {@code limit}
     */
    public static void scan(
            KafkaConfig kafka,
            String clientId,
            Topic topic,
            Collection<Integer> partitions,
            Duration limit,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        String name = kafka.prefix().of(topic);
        List<TopicPartition> assigned =
                partitions.stream().map(partition -> new TopicPartition(name, partition)).toList();
        if (assigned.isEmpty()) {
            return;
        }
        long deadlineNs = System.nanoTime() + limit.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka.consumer(clientId))) {
            consumer.assign(assigned);
            consumer.seekToBeginning(assigned);
            Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
            while (!reached(consumer, ends)) {
                consumer.poll(POLL).forEach(each);
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new IllegalStateException(
                            "did not read " + name + " to its end within " + limit);
                }
            }
        }
    }

    private static boolean reached(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
