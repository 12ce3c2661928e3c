package dev.driveline.telemetry.kafka;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.live.LiveBatch;
import dev.driveline.telemetry.live.LivePosition;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition of {@code telemetry.signals} from a position to a known end, for one vehicle.
 * One thread.
 *
 * <p>It is not complete if the position's record is gone from the log or older than {@link #REACH}:
 * reading a whole partition's past for one listener would cost more than it is worth.
 */
final class CatchUp implements AutoCloseable {

    static final Duration REACH = Duration.ofMinutes(15);

    private static final String NAME = "telemetry-catch-up";
    private static final Duration FIRST_POLL = Duration.ofSeconds(5);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final byte[] key;
    private final long endOffset;
    private final Deque<LiveBatch> found = new ArrayDeque<>();
    private boolean complete;

    private CatchUp(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            byte[] key,
            long endOffset) {
        this.consumer = consumer;
        this.partition = partition;
        this.key = key;
        this.endOffset = endOffset;
    }

    static CatchUp open(
            KafkaConfig kafka, Clock clock, Vin vin, LivePosition after, long endOffset) {
        Map<String, Object> settings = new HashMap<>(kafka.consumer(NAME));
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        CatchUp catchUp =
                new CatchUp(
                        new KafkaConsumer<>(settings),
                        new TopicPartition(
                                kafka.prefix().of(Topic.TELEMETRY_SIGNALS), after.partition()),
                        vin.value().getBytes(StandardCharsets.US_ASCII),
                        endOffset);
        try {
            catchUp.begin(after.offset(), clock.millis() - REACH.toMillis());
            return catchUp;
        } catch (RuntimeException failed) {
            catchUp.close();
            throw failed;
        }
    }

    boolean isComplete() {
        return complete;
    }

    /** Whether the end is reached and everything found was given. */
    boolean isDone() {
        return found.isEmpty() && consumer.position(partition) >= endOffset;
    }

    /** The vehicle's next batch; null where none is found within that time. */
    @Nullable LiveBatch next(Duration wait) {
        if (found.isEmpty() && consumer.position(partition) < endOffset) {
            keep(consumer.poll(wait).records(partition));
        }
        return found.poll();
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** The record at the offset is the one that was heard last, and it must be there still. */
    private void begin(long offset, long oldestMs) {
        List<TopicPartition> one = List.of(partition);
        consumer.assign(one);
        if (offset < requireNonNull(consumer.beginningOffsets(one).get(partition))
                || offset >= requireNonNull(consumer.endOffsets(one).get(partition))) {
            return;
        }
        consumer.seek(partition, offset);
        List<ConsumerRecord<byte[], byte[]>> first = consumer.poll(FIRST_POLL).records(partition);
        complete =
                !first.isEmpty()
                        && first.getFirst().offset() == offset
                        && first.getFirst().timestamp() >= oldestMs;
        if (complete) {
            keep(first);
        }
    }

    private void keep(List<ConsumerRecord<byte[], byte[]>> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.offset() < endOffset && Arrays.equals(record.key(), key)) {
                SampleBatch batch = SignalRecords.batch(record);
                if (batch != null) {
                    found.add(new LiveBatch(record.partition(), record.offset(), 0, batch));
                }
            }
        }
    }
}
