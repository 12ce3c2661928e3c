package dev.driveline.command.audit;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done.
 *
 * @param subject the command, the hold, the batch, the webhook, or the command type's place
 * @param step of the subject, from 1
 * @param at microseconds
 * @param vin null for what is not about one vehicle; a pseudonym once it was erased
 * @param type of the command
 * @param state that the subject is in since
 * @param result JSON; null for none, and once the vehicle was erased
 * @param actor the person ({@code sub}) for what a caller did, {@code vehicle}, {@code gateway} or
 *     {@code driveline} otherwise
 * @param app the app that acted for the person
 * @param payloadHash SHA-256, hexadecimal: of the signed envelope, before there is one of the
 *     parameters
 * @param keyId of the key that signs
 * @param batch that the command belongs to; null for none
 */
public record AuditEntry(
        Kind kind,
        UUID subject,
        int step,
        Instant at,
        TenantId tenant,
        @Nullable Vin vin,
        String type,
        String state,
        @Nullable String code,
        @Nullable String result,
        boolean late,
        String actor,
        @Nullable String app,
        @Nullable String scope,
        @Nullable String reason,
        String payloadHash,
        String keyId,
        @Nullable UUID batch) {

    /** What it is about. */
    public enum Kind {
        COMMAND,
        HOLD,
        TYPE,
        WEBHOOK,
        BATCH
    }
}
