package dev.driveline.telemetry;

import dev.driveline.runtime.settings.Settings;
import java.time.Duration;

/**
 * How tenants' own topics are written.
 *
 * @param written false for an installation where nobody reads them
 * @param partitions of a topic that is made; those that exist may have others
 * @param retention of a topic that is made
 */
public record PublicTopicsConfig(boolean written, int partitions, Duration retention) {

    /** What an erased vehicle sent is gone from Kafka after that. */
    private static final int MAX_RETENTION_HOURS = 720;

    private static final int USUAL_PARTITIONS = 8;
    private static final int USUAL_RETENTION_HOURS = 168;

    public static final PublicTopicsConfig USUAL =
            new PublicTopicsConfig(true, USUAL_PARTITIONS, Duration.ofHours(USUAL_RETENTION_HOURS));

    /** None are written. */
    public static final PublicTopicsConfig NONE =
            new PublicTopicsConfig(
                    false, USUAL_PARTITIONS, Duration.ofHours(USUAL_RETENTION_HOURS));

    static PublicTopicsConfig from(Settings settings) {
        return new PublicTopicsConfig(
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
