package dev.driveline.contract.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.vehicle.ClockSource;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a vehicle publishes to {@code up/responses} for each step of a command.
 *
 * <p>Shape: JSON; {@code result} up to 32 KiB. Answers are kept by the vehicle until PUBACKed, and
 * repeated when the command comes again.
 *
 * @param code why, for FAILED and REJECTED; see {@link VehicleCode} for those of our own TBox
 * @param at vehicle time; null while its clock is unset
 * @param counter with REJECTED(REPLAY): the highest counter seen
 */
public record CommandResponse(
        int v,
        CommandId id,
        Step step,
        @Nullable String code,
        @Nullable Instant at,
        @Nullable ClockSource clock,
        @Nullable Long counter,
        @Nullable Map<String, Object> result) {

    public static final int MAX_RESULT_BYTES = 32 * 1024;

    /** How far the vehicle has come. */
    public enum Step {
        ACKNOWLEDGED,
        EXECUTING,
        SUCCEEDED,
        FAILED,
        REJECTED,
        /** The journal holds it unfinished from before a reboot; it is not executed again. */
        UNKNOWN
    }
}
