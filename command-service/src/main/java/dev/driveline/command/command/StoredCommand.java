package dev.driveline.command.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command as it is kept.
 *
 * @param step the number of its last step, from 1
 * @param envelope the signed document that its vehicle gets
 * @param attemptAt when it was last handed to a gateway
 */
public record StoredCommand(
        CommandId id,
        Vin vin,
        TenantId tenant,
        CommandType type,
        Map<String, Object> params,
        String envelope,
        Instant issuedAt,
        int step,
        Command command,
        @Nullable Instant attemptAt,
        String requestedBy) {

    /**
     * How long a gateway may leave an attempt unanswered, and how long after a refusal the next is
     * made.
     */
    static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(5);

    static final Duration AFTER_REFUSAL = Duration.ofSeconds(1);

    public StoredCommand with(Command changed) {
        int next = changed.state() == command.state() ? step : step + 1;
        return new StoredCommand(
                id,
                vin,
                tenant,
                type,
                params,
                envelope,
                issuedAt,
                next,
                changed,
                attemptAt,
                requestedBy);
    }

    public StoredCommand attempted(Instant at) {
        return new StoredCommand(
                id, vin, tenant, type, params, envelope, issuedAt, step, command, at, requestedBy);
    }

    /** When it is to be looked at again, if nothing else happens. */
    public Instant due() {
        Instant machine = CommandMachine.due(command);
        Instant attempt = nextAttempt();
        return attempt != null && attempt.isBefore(machine) ? attempt : machine;
    }

    private @Nullable Instant nextAttempt() {
        Instant last = attemptAt;
        if (last == null || command.dispatches().isEmpty()) {
            return null;
        }
        Dispatch dispatch = command.dispatches().getLast();
        if (!dispatch.answered()) {
            return last.plus(ATTEMPT_LIMIT);
        }
        return dispatch.open() ? null : last.plus(AFTER_REFUSAL);
    }
}
