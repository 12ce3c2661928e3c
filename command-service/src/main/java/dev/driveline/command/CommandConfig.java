package dev.driveline.command;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a command service is told at its start.
 *
 * @param signingKey private key in PEM (PKCS#8) that signs commands and configuration documents
 * @param signingKeyId its {@code kid}, by which a TBox finds the public key
 * @param pipeline where the pipeline's REST is, to be asked for preconditions; null to ask nobody
 */
public record CommandConfig(
        KafkaConfig kafka,
        DatabaseConfig database,
        Path signingKey,
        String signingKeyId,
        @Nullable URI pipeline) {

    /** One that asks the pipeline nothing. */
    public CommandConfig(
            KafkaConfig kafka, DatabaseConfig database, Path signingKey, String signingKeyId) {
        this(kafka, database, signingKey, signingKeyId, null);
    }

    public static CommandConfig from(Settings settings) {
        return new CommandConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                Path.of(settings.required("command.signing-key")),
                settings.text("command.signing-key-id", "command-1"),
                pipelineIn(settings));
    }

    private static @Nullable URI pipelineIn(Settings settings) {
        String text = settings.optional("command.pipeline-url");
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
        settings.problem(
                "command.pipeline-url", "'" + text + "' is no URL such as http://pipeline:8080");
        return null;
    }
}
