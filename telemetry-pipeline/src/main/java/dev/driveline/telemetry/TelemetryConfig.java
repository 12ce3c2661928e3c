package dev.driveline.telemetry;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the telemetry pipeline is told.
 *
 * @param stateFolder where Kafka Streams keeps its state between starts; Kafka has a copy, so it
 *     may be lost, which costs a longer start
 * @param threads that decode; more than the installation has partitions stand idle
 * @param retentionDays how long samples are kept, by vehicle time, for tenants that say nothing
 *     else
 * @param exports how much tenants may order, and how long it is kept
 * @param redecodes how much may be decoded again
 */
public record TelemetryConfig(
        KafkaConfig kafka,
        DatabaseConfig database,
        Path stateFolder,
        int threads,
        int retentionDays,
        PublicTopics publicTopics,
        Frames frames,
        Exports exports,
        Redecodes redecodes) {

    /** The most that can be asked for. */
    public static final int MAX_RETENTION_DAYS = 36_500;

    public static final int USUAL_RETENTION_DAYS = 90;

    public static TelemetryConfig from(Settings settings) {
        return new TelemetryConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                settings.path("telemetry.state-folder", Path.of("data", "telemetry-state")),
                settings.integer("telemetry.threads", 2, 1, 256),
                settings.integer(
                        "telemetry.retention-days", USUAL_RETENTION_DAYS, 1, MAX_RETENTION_DAYS),
                PublicTopics.from(settings),
                Frames.from(settings),
                Exports.from(settings),
                Redecodes.from(settings));
    }

    /**
     * How tenants' own topics are written.
     *
     * @param written false for an installation where nobody reads them
     * @param partitions of a topic that is made; those that exist may have others
     * @param retention of a topic that is made
     */
    public record PublicTopics(boolean written, int partitions, Duration retention) {

        /** What an erased vehicle sent is gone from Kafka after that. */
        private static final int MAX_RETENTION_HOURS = 720;

        private static final int USUAL_PARTITIONS = 8;
        private static final int USUAL_RETENTION_HOURS = 168;

        public static final PublicTopics USUAL =
                new PublicTopics(true, USUAL_PARTITIONS, Duration.ofHours(USUAL_RETENTION_HOURS));

        /** None are written. */
        public static final PublicTopics NONE =
                new PublicTopics(false, USUAL_PARTITIONS, Duration.ofHours(USUAL_RETENTION_HOURS));

        static PublicTopics from(Settings settings) {
            return new PublicTopics(
                    settings.flag("telemetry.public-topics", true),
                    settings.integer("telemetry.public-partitions", USUAL_PARTITIONS, 1, 4_096),
                    Duration.ofHours(
                            settings.integer(
                                    "telemetry.public-retention-hours",
                                    USUAL_RETENTION_HOURS,
                                    1,
                                    MAX_RETENTION_HOURS)));
        }
    }

    /**
     * Exports as jobs.
     *
     * @param hours that a result is kept
     * @param perTenant those that are over and not yet expired included
     * @param maxMib of a result, packed; one that grows beyond fails
     */
    public record Exports(int hours, int perTenant, int maxMib) {

        private static final int USUAL_HOURS = 72;
        private static final int USUAL_PER_TENANT = 20;
        private static final int USUAL_MAX_MIB = 1_024;

        public static final Exports USUAL =
                new Exports(USUAL_HOURS, USUAL_PER_TENANT, USUAL_MAX_MIB);

        static Exports from(Settings settings) {
            return new Exports(
                    settings.integer("telemetry.export-hours", USUAL_HOURS, 1, 720),
                    settings.integer("telemetry.exports-per-tenant", USUAL_PER_TENANT, 1, 1_000),
                    settings.integer("telemetry.export-max-mib", USUAL_MAX_MIB, 1, 65_536));
        }

        /** Of a result, packed. */
        public long maxBytes() {
            return maxMib * 1_048_576L;
        }
    }

    /**
     * Re-decodings of stored frames as jobs.
     *
     * @param hours that one is remembered after its end
     * @param perTenant those that are over and not yet forgotten included
     * @param batchesPerSecond that a process decodes again at most
     */
    public record Redecodes(int hours, int perTenant, int batchesPerSecond) {

        private static final int USUAL_HOURS = 72;
        private static final int USUAL_PER_TENANT = 10;
        private static final int USUAL_BATCHES_PER_SECOND = 100;

        public static final Redecodes USUAL =
                new Redecodes(USUAL_HOURS, USUAL_PER_TENANT, USUAL_BATCHES_PER_SECOND);

        static Redecodes from(Settings settings) {
            return new Redecodes(
                    settings.integer("telemetry.redecode-hours", USUAL_HOURS, 1, 720),
                    settings.integer("telemetry.redecodes-per-tenant", USUAL_PER_TENANT, 1, 1_000),
                    settings.integer(
                            "telemetry.redecode-batches-per-second",
                            USUAL_BATCHES_PER_SECOND,
                            1,
                            100_000));
        }
    }

    /**
     * Whether frames are kept as they were recorded.
     *
     * @param kept false for an installation that keeps none of anybody
     * @param days of tenants that say nothing else, by vehicle time; 0 for none
     */
    public record Frames(boolean kept, int days) {

        /** Of nobody. */
        public static final Frames NONE = new Frames(false, 0);

        static Frames from(Settings settings) {
            return new Frames(
                    settings.flag("telemetry.frames", false),
                    settings.integer("telemetry.frame-days", 0, 0, MAX_RETENTION_DAYS));
        }
    }
}
