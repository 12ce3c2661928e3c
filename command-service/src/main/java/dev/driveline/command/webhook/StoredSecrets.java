package dev.driveline.command.webhook;

import dev.driveline.contract.id.TenantId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A webhook's secrets as its row has them, which {@link WebhookKeys} open.
 *
 * @param former signs too for a day after a rotation; null for none
 */
public record StoredSecrets(TenantId tenant, UUID webhook, String secret, @Nullable String former) {

    @Override
    public String toString() {
        return "StoredSecrets[webhook=" + webhook + "]";
    }
}
