package dev.driveline.telemetry;

import dev.driveline.runtime.settings.Settings;

/**
 * Whether frames are kept as they were recorded.
 *
 * @param kept false for an installation that keeps none of anybody
 * @param days of tenants that say nothing else, by vehicle time; 0 for none
 */
public record FramesConfig(boolean kept, int days) {

    /** Of nobody. */
    public static final FramesConfig NONE = new FramesConfig(false, 0);

    static FramesConfig from(Settings settings) {
        return new FramesConfig(
                settings.flag("telemetry.frames", false),
                settings.integer("telemetry.frame-days", 0, 0, TelemetryConfig.MAX_RETENTION_DAYS));
    }
}
