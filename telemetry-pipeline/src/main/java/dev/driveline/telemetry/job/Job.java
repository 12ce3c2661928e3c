package dev.driveline.telemetry.job;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stands.
 *
 * @param <O> what is ordered, settled then
 * @param <P> where it goes on
 * @param <D> counts of what is done
 * @param reason why it failed; null where it did not
 * @param by who ordered it
 * @param finishedAt null while it is not over
 * @param expiresAt when it is forgotten, with its result where it has one
 */
public record Job<O, P, D>(
        UUID id,
        TenantId tenant,
        JobState state,
        O order,
        P place,
        D done,
        @Nullable String reason,
        String by,
        Instant createdAt,
        @Nullable Instant finishedAt,
        Instant expiresAt) {

    /** Whether it is not over. */
    public boolean isUnderWay() {
        return switch (state) {
            case WAITING, RUNNING -> true;
            case DONE, FAILED -> false;
        };
    }
}
