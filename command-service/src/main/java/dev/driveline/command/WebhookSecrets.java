package dev.driveline.command;

import dev.driveline.command.postgres.WebhookTable;
import dev.driveline.command.webhook.Secret;
import dev.driveline.command.webhook.StoredSecrets;
import dev.driveline.command.webhook.WebhookKeys;
import dev.driveline.command.webhook.WebhookKeys.Opening;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Webhooks' secrets between their rows and what they sign. A secret whose key is not at hand lets
 * its webhook wait: the key may be added. One that its key does not open stops it: nobody can tell
 * what it was. Thread-safe; blocks.
 */
final class WebhookSecrets {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookSecrets.class);
    private static final int PAGE = 500;

    private final Database database;
    private final WebhookTable webhooks = new WebhookTable();
    private final WebhookKeys keys;
    private final AuditDesk audit;
    private final Clock clock;
    private final Set<UUID> locked = ConcurrentHashMap.newKeySet();

    WebhookSecrets(
            Database database,
            WebhookKeys keys,
            AuditDesk audit,
            Clock clock,
            MeterRegistry metrics) {
        this.database = database;
        this.keys = keys;
        this.audit = audit;
        this.clock = clock;
        var _ = metrics.gaugeCollectionSize("webhook.locked", List.of(), locked);
    }

    /**
     * A new secret as its row will have it.
     *
     * @throws ProblemException UNAVAILABLE without a key
     */
    String seal(TenantId tenant, UUID webhook, Secret secret) {
        mustSeal();
        return keys.seal(tenant, webhook, secret);
    }

    /**
     * @throws ProblemException UNAVAILABLE without a key
     */
    void mustSeal() {
        if (!keys.any()) {
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE,
                    "a webhook's secret is not kept unsealed: no keys are set (command.webhook-keys)");
        }
    }

    /** What signs now; empty if the webhook waits for a key, or was stopped for it. */
    List<Secret> of(StoredSecrets stored) {
        return switch (keys.open(stored.tenant(), stored.webhook(), stored.secret())) {
            case Opening.Opened opened -> {
                List<Secret> secrets = new ArrayList<>();
                secrets.add(secret(opened));
                if (former(stored) instanceof Opening.Opened former) {
                    secrets.add(secret(former));
                }
                yield secrets;
            }
            case Opening.KeyMissing missing -> {
                if (locked.add(stored.webhook())) {
                    warnOf(Map.of(missing.key(), 1));
                }
                yield List.of();
            }
            case Opening.Broken broken -> {
                stop(stored, broken);
                yield List.of();
            }
        };
    }

    private static Secret secret(Opening.Opened opened) {
        return new Secret(new String(opened.content(), StandardCharsets.UTF_8));
    }

    private @Nullable Opening former(StoredSecrets stored) {
        String former = stored.former();
        return former == null ? null : keys.open(stored.tenant(), stored.webhook(), former);
    }

    /** Webhooks whose key is not at hand. */
    Set<UUID> locked() {
        return Set.copyOf(locked);
    }

    /**
     * Looks at every row: what stands as it is, and what a former key sealed, is sealed with the
     * key that seals now.
     */
    void keep() {
        Map<String, Integer> missing = new TreeMap<>();
        Set<UUID> without = new HashSet<>();
        int sealed = 0;
        int plain = 0;
        UUID after = null;
        List<StoredSecrets> page;
        do {
            UUID from = after;
            page = database.transaction(handle -> webhooks.secrets(handle, from, PAGE));
            for (StoredSecrets stored : page) {
                after = stored.webhook();
                switch (keys.open(stored.tenant(), stored.webhook(), stored.secret())) {
                    case Opening.Opened _ -> {
                        plain += WebhookKeys.plain(stored.secret()) && !keys.any() ? 1 : 0;
                        sealed += keys.any() && sealedAnew(stored) ? 1 : 0;
                    }
                    case Opening.KeyMissing key -> {
                        missing.merge(key.key(), 1, Integer::sum);
                        without.add(stored.webhook());
                    }
                    case Opening.Broken broken -> stop(stored, broken);
                }
            }
        } while (page.size() == PAGE);
        locked.retainAll(without);
        locked.addAll(without);
        if (!missing.isEmpty()) {
            warnOf(missing);
        }
        if (sealed > 0) {
            LOG.atInfo().setMessage("webhook secrets sealed").addKeyValue("webhooks", sealed).log();
        }
        if (plain > 0) {
            LOG.atWarn()
                    .setMessage("webhook secrets stand as they are")
                    .addKeyValue("webhooks", plain)
                    .addKeyValue("setting", "command.webhook-keys")
                    .log();
        }
    }

    /** Whether one was; somebody else may have been faster. */
    private boolean sealedAnew(StoredSecrets stored) {
        StoredSecrets next =
                new StoredSecrets(
                        stored.tenant(),
                        stored.webhook(),
                        sealedAnew(stored, stored.secret()),
                        stored.former() == null ? null : sealedAnew(stored, stored.former()));
        return !next.equals(stored)
                && database.transaction(handle -> webhooks.replace(handle, stored, next));
    }

    private String sealedAnew(StoredSecrets owner, String text) {
        if (keys.sealedAnew(text)) {
            return text;
        }
        return keys.open(owner.tenant(), owner.webhook(), text) instanceof Opening.Opened opened
                ? keys.seal(owner.tenant(), owner.webhook(), secret(opened))
                : text;
    }

    private void stop(StoredSecrets stored, Opening.Broken broken) {
        String why = "its secret does not open (" + broken.why() + "): rotate it";
        database.run(handle ->
                webhooks.stop(handle, stored, why, clock.instant().truncatedTo(ChronoUnit.MICROS))
                        .ifPresent(stopped -> {
                            WebhookDesk.recordStop(audit, handle, stopped);
                            LOG.atError()
                                    .setMessage("webhook stopped")
                                    .addKeyValue("webhook", stored.webhook())
                                    .addKeyValue("tenant", stored.tenant())
                                    .addKeyValue("why", why)
                                    .log();
                        }));
    }

    private static void warnOf(Map<String, Integer> missing) {
        LOG.atError()
                .setMessage("webhooks wait for keys that seal their secrets")
                .addKeyValue("webhooksByKey", missing)
                .addKeyValue("setting", "command.webhook-keys")
                .log();
    }
}
