package dev.driveline.telemetry.stream;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.fact.Facts;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.streams.KafkaStreams;
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
                        Applications.settings(kafka, APPLICATION, stateFolder, 1));
        streams.setUncaughtExceptionHandler(failure -> {
            metrics.failed();
            topics.forget();
            LOG.atError().setMessage("public topics fail, tried again").setCause(failure).log();
            return Applications.replacedAfterPause();
        });
        streams.start();
        return new PublicStreams(streams, topics);
    }

    /** Leaves the group, so that the partitions move at once. */
    @Override
    public void close() {
        Applications.close(streams, APPLICATION);
        topics.close();
    }
}
