package dev.driveline.telemetry.stream;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What our applications of Kafka Streams have in common. */
final class Applications {

    private static final Logger LOG = LoggerFactory.getLogger(Applications.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE_AFTER_FAILURE_NS = 1_000_000_000;
    private static final int RECORD_OVERHEAD_BYTES = 32 * 1024;

    private Applications() {}

    /** Exactly once, from the earliest record on. */
    static Properties settings(
            KafkaConfig kafka, String application, Path stateFolder, int threads) {
        Properties settings = new Properties();
        settings.putAll(kafka.client(application));
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, kafka.prefix().group(application));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) kafka.replication());
        settings.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                KafkaConfig.SESSION_TIMEOUT_MS);
        settings.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                KafkaConfig.HEARTBEAT_MS);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        settings.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Topic.TELEMETRY_SIGNALS.maxRecordBytes() + RECORD_OVERHEAD_BYTES);
        return settings;
    }

    /** For a thread that failed: another in its place, after a pause. */
    static StreamThreadExceptionResponse replacedAfterPause() {
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NS);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Leaves the group, so that the partitions move at once. */
    static void close(KafkaStreams streams, String application) {
        boolean closed =
                streams.close(
                        CloseOptions.groupMembershipOperation(
                                        CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                                .withTimeout(CLOSE_LIMIT));
        if (!closed) {
            LOG.atWarn()
                    .setMessage("Kafka Streams did not close in time")
                    .addKeyValue("application", application)
                    .addKeyValue("limit", CLOSE_LIMIT)
                    .log();
        }
    }
}
