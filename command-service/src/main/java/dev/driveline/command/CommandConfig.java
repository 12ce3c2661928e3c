package dev.driveline.command;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import java.nio.file.Path;

/**
 * What a command service is told at its start.
 *
 * @param signingKey private key in PEM (PKCS#8) that signs commands and configuration documents
 * @param signingKeyId its {@code kid}, by which a TBox finds the public key
 */
public record CommandConfig(
        KafkaConfig kafka, DatabaseConfig database, Path signingKey, String signingKeyId) {

    public static CommandConfig from(Settings settings) {
        return new CommandConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                Path.of(settings.required("command.signing-key")),
                settings.text("command.signing-key-id", "command-1"));
    }
}
