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
 * @param pipeline where the pipeline's REST is, to be asked for preconditions; null to ask nobody
 * @param wake how sleeping vehicles are woken
 * @param webhooks how tenants are told
 * @param batches what batches may
 */
public record CommandConfig(
        KafkaConfig kafka,
        DatabaseConfig database,
        Keys keys,
        @Nullable URI pipeline,
        Wake wake,
        Webhooks webhooks,
        Batches batches) {

    /**
     * How tenants are told.
     *
     * @param privateAddresses whether a webhook may lead into a private network, and do without TLS
     * @param retryFor from the first try to the last
     * @param keys file with the keys that seal their secrets; null to take no new webhooks
     */
    public record Webhooks(boolean privateAddresses, Duration retryFor, @Nullable Path keys) {

        /** None are taken. */
        public static final Webhooks NONE = new Webhooks(false, Duration.ofDays(1), null);

        /** For one machine, where receivers are tried out. */
        public static Webhooks local(Path keys) {
            return new Webhooks(true, Duration.ofDays(1), keys);
        }
    }

    /**
     * What batches may.
     *
     * @param approvalOver for more vehicles than these a second person must agree
     * @param retention how long one is kept after its end
     */
    public record Batches(int approvalOver, Duration retention) {

        public static final Batches USUAL = new Batches(1_000, Duration.ofDays(90));
    }

    /**
     * How sleeping vehicles are woken.
     *
     * @param url who is asked to send short messages; null to wake nobody
     * @param perDay how often a vehicle may be woken on a day (UTC)
     * @param spacing between two wake-ups of a vehicle
     * @param privateAddresses whether the URL may lead into a private network
     * @param secret file with the key that signs the requests, as a webhook's secret is written;
     *     null to sign none
     */
    public record Wake(
            @Nullable URI url,
            int perDay,
            Duration spacing,
            boolean privateAddresses,
            @Nullable Path secret) {

        /** Nobody is woken. */
        public static final Wake NEVER = new Wake(null, 1, Duration.ofMinutes(1), false, null);
    }

    /** One that asks the pipeline nothing and wakes nobody. */
    public CommandConfig(KafkaConfig kafka, DatabaseConfig database, Keys keys) {
        this(kafka, database, keys, null, Wake.NEVER, Webhooks.NONE, Batches.USUAL);
    }

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
                        path(settings.optional("command.anchors"))),
                urlIn(settings, "command.pipeline-url"),
                new Wake(
                        urlIn(settings, "command.wake-url"),
                        settings.integer("command.wake-per-day", 20, 1, 1_000),
                        settings.duration("command.wake-spacing", Duration.ofMinutes(1)),
                        settings.flag("command.wake-private-addresses", false),
                        path(settings.optional("command.wake-secret"))),
                new Webhooks(
                        settings.flag("command.webhook-private-addresses", false),
                        settings.duration("command.webhook-retry-for", Duration.ofDays(1)),
                        path(settings.optional("command.webhook-keys"))),
                new Batches(
                        settings.integer(
                                "command.batch-approval-over",
                                Batches.USUAL.approvalOver(),
                                0,
                                BatchDesk.MAX_VEHICLES),
                        settings.duration("command.batch-retention", Batches.USUAL.retention())));
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

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }
}
