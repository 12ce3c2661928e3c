package dev.driveline.telemetry.stream;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.fact.Facts;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
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
            return Applications.replacedAfterPause();
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
        Applications.close(streams, APPLICATION);
    }

    private static Properties properties(KafkaConfig kafka, Path stateFolder, int threads) {
        Properties settings = Applications.settings(kafka, APPLICATION, stateFolder, threads);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 16L * 1024 * 1024);
        return settings;
    }
}
