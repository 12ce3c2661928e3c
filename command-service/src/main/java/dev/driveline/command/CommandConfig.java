package dev.driveline.command;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a command service is told at its start.
 *
 * @param signingKey private key in PEM (PKCS#8) that signs commands and configuration documents
 * @param signingKeyId its {@code kid}, by which a TBox finds the public key
 * @param pipeline where the pipeline's REST is, to be asked for preconditions; null to ask nobody
 * @param wake how sleeping vehicles are woken
 */
public record CommandConfig(
        KafkaConfig kafka,
        DatabaseConfig database,
        Path signingKey,
        String signingKeyId,
        @Nullable URI pipeline,
        Wake wake) {

    /**
     * How sleeping vehicles are woken.
     *
     * @param url who is asked to send short messages; null to wake nobody
     * @param perDay how often a vehicle may be woken on a day (UTC)
     * @param spacing between two wake-ups of a vehicle
     * @param privateAddresses whether the URL may lead into a private network
     */
    public record Wake(@Nullable URI url, int perDay, Duration spacing, boolean privateAddresses) {

        /** Nobody is woken. */
        public static final Wake NEVER = new Wake(null, 1, Duration.ofMinutes(1), false);
    }

    /** One that asks the pipeline nothing and wakes nobody. */
    public CommandConfig(
            KafkaConfig kafka, DatabaseConfig database, Path signingKey, String signingKeyId) {
        this(kafka, database, signingKey, signingKeyId, null, Wake.NEVER);
    }

    public static CommandConfig from(Settings settings) {
        return new CommandConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                Path.of(settings.required("command.signing-key")),
                settings.text("command.signing-key-id", "command-1"),
                urlIn(settings, "command.pipeline-url"),
                new Wake(
                        urlIn(settings, "command.wake-url"),
                        settings.integer("command.wake-per-day", 20, 1, 1_000),
                        settings.duration("command.wake-spacing", Duration.ofMinutes(1)),
                        settings.flag("command.wake-private-addresses", false)));
    }

    private static @Nullable URI urlIn(Settings settings, String key) {
        String text = settings.optional(key);
        if (text == null) {
            return null;
        }
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            // Answered below.
        }
        settings.problem(key, "'" + text + "' is no URL such as http://host:8080");
        return null;
    }
}
