package dev.driveline.telemetry.export;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An export as it stands.
 *
 * @param lines written so far
 * @param bytes of the result so far, packed
 * @param reason why it failed; null where it did not
 * @param by who ordered it
 * @param finishedAt null while it is not over
 * @param expiresAt when it is deleted with its result
 */
public record Export(
        UUID id,
        TenantId tenant,
        ExportState state,
        ExportOrder order,
        ExportPlace place,
        int parts,
        long lines,
        long bytes,
        @Nullable String reason,
        String by,
        Instant createdAt,
        @Nullable Instant finishedAt,
        Instant expiresAt) {}
