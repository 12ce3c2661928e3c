package dev.driveline.telemetry;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import java.nio.file.Path;

/**
 * What the telemetry pipeline is told.
 *
 * @param stateFolder where Kafka Streams keeps its state between starts; Kafka has a copy, so it
 *     may be lost, which costs a longer start
 * @param threads that decode; more than the installation has partitions stand idle
 * @param retentionDays how long samples are kept, by vehicle time, for tenants that say nothing
 *     else
 * @param exportHours how long the result of an export is kept
 */
public record TelemetryConfig(
        KafkaConfig kafka,
        DatabaseConfig database,
        Path stateFolder,
        int threads,
        int retentionDays,
        PublicTopicsConfig publicTopics,
        FramesConfig frames,
        int exportHours) {

    /** The most that can be asked for. */
    public static final int MAX_RETENTION_DAYS = 36_500;

    public static final int USUAL_RETENTION_DAYS = 90;

    public static final int USUAL_EXPORT_HOURS = 72;

    public static TelemetryConfig from(Settings settings) {
        return new TelemetryConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                settings.path("telemetry.state-folder", Path.of("data", "telemetry-state")),
                settings.integer("telemetry.threads", 2, 1, 256),
                settings.integer(
                        "telemetry.retention-days", USUAL_RETENTION_DAYS, 1, MAX_RETENTION_DAYS),
                PublicTopicsConfig.from(settings),
                FramesConfig.from(settings),
                settings.integer("telemetry.export-hours", USUAL_EXPORT_HOURS, 1, 720));
    }
}
