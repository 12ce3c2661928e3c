package dev.driveline.telemetry.stream;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.fact.Facts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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

/**
 * Writes tenants' own topics, exactly once. Beside {@link PipelineStreams} and not within it, so
 * that a topic of a tenant that cannot be written holds up nobody's samples. Thread-safe.
 *
 * <p>A thread that fails is replaced after a pause and goes on where the last transaction ended.
 */
public final class PublicStreams implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PublicStreams.class);
    private static final String APPLICATION = "telemetry-public";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE_AFTER_FAILURE_NS = 1_000_000_000;
    private static final int RECORD_OVERHEAD_BYTES = 32 * 1024;

    private final KafkaStreams streams;
    private final KafkaTenantTopics topics;

    private PublicStreams(KafkaStreams streams, KafkaTenantTopics topics) {
        this.streams = streams;
        this.topics = topics;
    }

    /**
     * Starts the topology; returns at once.
     *
     * @param facts whose vehicles are
     * @param partitions of topics that are made
     * @param retention likewise
     */
    public static PublicStreams start(
            KafkaConfig kafka,
            Path stateFolder,
            Facts facts,
            int partitions,
            Duration retention,
            PublicMetrics metrics) {
        KafkaTenantTopics topics = new KafkaTenantTopics(kafka, partitions, retention);
        KafkaStreams streams =
                new KafkaStreams(
                        PublicTopology.of(kafka.prefix(), facts, topics, metrics),
                        properties(kafka, stateFolder));
        streams.setUncaughtExceptionHandler(failure -> {
            metrics.failed();
            topics.forget();
            LOG.atError().setMessage("public topics fail, tried again").setCause(failure).log();
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NS);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.start();
        return new PublicStreams(streams, topics);
    }

    /** Leaves the group, so that the partitions move at once. */
    @Override
    public void close() {
        boolean closed =
                streams.close(
                        CloseOptions.groupMembershipOperation(
                                        CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                                .withTimeout(CLOSE_LIMIT));
        topics.close();
        if (!closed) {
            LOG.atWarn()
                    .setMessage("public topics did not close in time")
                    .addKeyValue("limit", CLOSE_LIMIT)
                    .log();
        }
    }

    private static Properties properties(KafkaConfig kafka, Path stateFolder) {
        Map<String, Object> settings = new HashMap<>(kafka.client(APPLICATION));
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, kafka.prefix().group(APPLICATION));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
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
        Properties properties = new Properties();
        properties.putAll(settings);
        return properties;
    }
}
