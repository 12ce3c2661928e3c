package dev.driveline.command;

import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a command service is told at its start. */
public record CommandConfig(KafkaConfig kafka, DatabaseConfig database, Keys keys) {

    /**
     * What it signs with, and who says that it may.
     *
     * @param store PKCS#12 with the keys that sign commands and configuration, each under its
     *     {@code kid}; or, with a name that ends in {@code .pkcs11}, the configuration of a PKCS#11
     *     module that holds them
     * @param password the store's, or the module's PIN
     * @param root PEM of the offline command root's public key
     * @param published {@code command.keys} as the root signed them, published at the start if it
     *     is newer than what is; null: by REST only
     * @param anchors {@code trust.anchors} likewise
     */
    public record Keys(
            Path store,
            String password,
            Path root,
            @Nullable Path published,
            @Nullable Path anchors) {

        @Override
        public String toString() {
            return "Keys[store=%s, password=***, root=%s]".formatted(store, root);
        }
    }

    public static CommandConfig from(Settings settings) {
        return new CommandConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                new Keys(
                        Path.of(settings.required("command.keystore")),
                        settings.required("command.keystore-password"),
                        Path.of(settings.required("command.root")),
                        path(settings.optional("command.keys")),
                        path(settings.optional("command.anchors"))));
    }

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }
}
