package dev.driveline.command.webhook;

import dev.driveline.contract.id.TenantId;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a tenant wants to be told of what.
 *
 * @param events as {@link EventNames}
 * @param active whether it is told; what happens meanwhile is not kept for it
 * @param stopped why it is not active, where nobody switched it off
 * @param version from 1, one more with each change
 */
public record Webhook(
        UUID id,
        TenantId tenant,
        URI url,
        List<String> events,
        String description,
        boolean active,
        @Nullable String stopped,
        long version,
        String createdBy,
        Instant createdAt,
        Instant changedAt) {}
