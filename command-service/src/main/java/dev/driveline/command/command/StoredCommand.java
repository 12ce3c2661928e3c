package dev.driveline.command.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A command as it is kept.
 *
 * @param document what its vehicle gets; without an envelope until a second person agreed
 * @param issuedAt when it was accepted
 * @param step the number of its last step, from 1
 * @param attemptAt when it was last handed to a gateway, or its vehicle woken for it
 */
public record StoredCommand(
        CommandId id,
        Vin vin,
        TenantId tenant,
        Kind kind,
        Map<String, Object> params,
        Document document,
        Wish wish,
        Instant issuedAt,
        int step,
        Command command,
        @Nullable Instant attemptAt,
        String requestedBy) {

    /**
     * How long a gateway may leave an attempt unanswered, and how long after a refusal the next is
     * made.
     */
    public static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(5);

    static final Duration AFTER_REFUSAL = Duration.ofSeconds(1);

    /** How long after a wake-up the vehicle may be still away before it is looked at again. */
    public static final Duration AFTER_WAKE = Duration.ofSeconds(60);

    /**
     * The signed document.
     *
     * @param envelope compact JWS; empty while nobody may send it
     * @param counter its place in the vehicle's line, rising
     */
    public record Document(String envelope, long counter) {}

    /**
     * How it was asked for.
     *
     * @param ttlS how long its vehicle may begin with it, from the moment at which it is queued
     * @param background nobody waits for it: it uses what those leave for whom somebody waits
     * @param advice what the precondition came to when it was accepted; null without one
     * @param batch that it belongs to; null if somebody asked for it alone
     */
    public record Wish(
            int ttlS,
            boolean background,
            @Nullable Map<String, Object> advice,
            @Nullable UUID batch) {

        /** Of a command alone. */
        public Wish(int ttlS, boolean background, @Nullable Map<String, Object> advice) {
            this(ttlS, background, advice, null);
        }
    }

    public StoredCommand with(Command changed) {
        int next = changed.state() == command.state() ? step : step + 1;
        return new StoredCommand(
                id,
                vin,
                tenant,
                kind,
                params,
                document,
                wish,
                issuedAt,
                next,
                changed,
                attemptAt,
                requestedBy);
    }

    /** The same with what its vehicle gets. */
    public StoredCommand with(Document signed) {
        return new StoredCommand(
                id,
                vin,
                tenant,
                kind,
                params,
                signed,
                wish,
                issuedAt,
                step,
                command,
                attemptAt,
                requestedBy);
    }

    /** The same, handed out or woken for at that time. */
    public StoredCommand attempted(Instant at) {
        return new StoredCommand(
                id,
                vin,
                tenant,
                kind,
                params,
                document,
                wish,
                issuedAt,
                step,
                command,
                at,
                requestedBy);
    }

    /** When it is to be looked at again, if nothing else happens. */
    public Instant due() {
        Instant machine = CommandMachine.due(command);
        Instant attempt = nextAttempt();
        return attempt != null && attempt.isBefore(machine) ? attempt : machine;
    }

    /**
     * Whether nothing is due before its end: a look before that does no harm, and need not be put
     * off.
     */
    public boolean onlyEnds() {
        return command.inFlight() && nextAttempt() == null;
    }

    private @Nullable Instant nextAttempt() {
        Instant last = attemptAt;
        if (last == null) {
            return null;
        }
        if (command.dispatches().isEmpty()) {
            return last.plus(AFTER_WAKE);
        }
        Dispatch dispatch = command.dispatches().getLast();
        if (!dispatch.answered()) {
            return kind.toggle() ? null : last.plus(ATTEMPT_LIMIT);
        }
        return dispatch.open() ? null : last.plus(AFTER_REFUSAL);
    }
}
