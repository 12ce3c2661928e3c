package dev.driveline.telemetry.stream;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.fact.Facts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running topology; each record's effects (samples, rejections, progress) are committed exactly
 * once. Thread-safe.
 *
 * <p>A thread that fails (Kafka or the registry's topics away, a full disk) is replaced after a
 * pause and goes on where the last transaction ended; {@link #problem} says so meanwhile.
 */
public final class PipelineStreams implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineStreams.class);
    private static final String APPLICATION = "telemetry-pipeline";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE_AFTER_FAILURE_NS = 1_000_000_000;
    private static final int RECORD_OVERHEAD_BYTES = 32 * 1024;

    private final KafkaStreams streams;
    private final AtomicBoolean hasRun;

    private PipelineStreams(KafkaStreams streams, AtomicBoolean hasRun) {
        this.streams = streams;
        this.hasRun = hasRun;
    }

    /**
     * Starts the topology; returns at once.
     *
     * @param stateFolder where state is kept; it can be lost, Kafka has a copy
     */
    public static PipelineStreams start(
            KafkaConfig kafka,
            Path stateFolder,
            int threads,
            Facts facts,
            RuleStage rules,
            IntakeMetrics metrics) {
        KafkaStreams streams =
                new KafkaStreams(
                        CanTopology.of(kafka.prefix(), facts, rules, metrics),
                        properties(kafka, stateFolder, threads));
        streams.setUncaughtExceptionHandler(failure -> {
            metrics.countFailure();
            LOG.atError().setMessage("stream thread failed, replaced").setCause(failure).log();
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NS);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        AtomicBoolean hasRun = new AtomicBoolean();
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                hasRun.set(true);
            }
        });
        streams.start();
        return new PipelineStreams(streams, hasRun);
    }

    /**
     * Why nothing is decoded now; null where all is well.
     *
     * <p>Once it has run, a rebalance is no problem: all instances have it at the same time, and
     * REST answers go on meanwhile.
     */
    public @Nullable String problem() {
        KafkaStreams.State state = streams.state();
        boolean well =
                state == KafkaStreams.State.RUNNING
                        || (state == KafkaStreams.State.REBALANCING && hasRun.get());
        return well ? null : "Kafka Streams is " + state;
    }

    /** Leaves the group, so that the partitions move at once. */
    @Override
    public void close() {
        boolean closed =
                streams.close(
                        CloseOptions.groupMembershipOperation(
                                        CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                                .withTimeout(CLOSE_LIMIT));
        if (!closed) {
            LOG.atWarn()
                    .setMessage("Kafka Streams did not close in time")
                    .addKeyValue("limit", CLOSE_LIMIT)
                    .log();
        }
    }

    private static Properties properties(KafkaConfig kafka, Path stateFolder, int threads) {
        Map<String, Object> settings = new HashMap<>(kafka.client(APPLICATION));
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, kafka.prefix().group(APPLICATION));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) kafka.replication());
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 16L * 1024 * 1024);
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
