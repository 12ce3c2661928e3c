package dev.driveline.runtime.rest;

import dev.driveline.runtime.settings.Settings;

/**
 * Where REST listens.
 *
 * @param port 0 for any free one
 * @param maxConcurrent requests at work at once; more are answered 503
 * @param maxStreams event streams open at once; more are answered 503
 */
public record RestConfig(String host, int port, int maxConcurrent, int maxStreams) {

    public static RestConfig from(Settings settings) {
        return new RestConfig(
                settings.text("http.host", "0.0.0.0"),
                settings.port("http.port", 8080),
                settings.integer("http.max-concurrent", 256, 1, 100_000),
                settings.integer("http.max-streams", 1_000, 1, 100_000));
    }
}
