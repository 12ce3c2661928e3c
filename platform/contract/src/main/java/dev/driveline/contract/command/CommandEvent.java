package dev.driveline.contract.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code command.events}, key VIN: one step of one command.
 *
 * <p>CloudEvents headers; {@code ce_type} is {@link #EVENT_TYPE}, {@code ce_id} is {@code id/step}.
 *
 * @param step from 1, without gaps for a command; readers ignore steps they have seen
 * @param late a result after OUTCOME_UNKNOWN
 * @param expiresAt the command's
 * @param batch that the command belongs to; null if somebody asked for it alone
 */
public record CommandEvent(
        CommandId id,
        Vin vin,
        TenantId tenant,
        String type,
        int step,
        CommandState state,
        @Nullable String code,
        @Nullable Map<String, Object> result,
        boolean late,
        Instant expiresAt,
        @Nullable UUID batch,
        Instant at) {

    public static final String EVENT_TYPE = "driveline.command.step";
}
