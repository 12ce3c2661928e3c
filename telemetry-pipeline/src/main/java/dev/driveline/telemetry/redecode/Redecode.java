package dev.driveline.telemetry.redecode;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A re-decoding as it stands.
 *
 * @param done so far
 * @param reason why it failed; null where it did not
 * @param by who ordered it
 * @param finishedAt null while it is not over
 * @param expiresAt when it is forgotten; what it decoded stays
 */
public record Redecode(
        UUID id,
        TenantId tenant,
        RedecodeState state,
        RedecodeOrder order,
        RedecodePlace place,
        Counts done,
        @Nullable String reason,
        String by,
        Instant createdAt,
        @Nullable Instant finishedAt,
        Instant expiresAt) {

    /**
     * What was done.
     *
     * @param batches decoded again
     * @param frames in them
     * @param samples that they have now
     * @param passedOver batches left as they were: older than samples are kept, or not accepted by
     *     the pipeline, so that their samples may still be on their way
     */
    public record Counts(long batches, long frames, long samples, long passedOver) {}
}
