package dev.driveline.command.command;

import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.id.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the machine knows of one command.
 *
 * @param expiresAt the vehicle does not begin after it
 * @param resultBy no result by then is OUTCOME_UNKNOWN
 * @param dispatches one for each session that it was sent to; the one of the last attempt is the
 *     last
 * @param late the result came after OUTCOME_UNKNOWN
 */
public record Command(
        CommandState state,
        Instant expiresAt,
        Instant resultBy,
        List<Dispatch> dispatches,
        @Nullable String code,
        @Nullable Map<String, Object> result,
        boolean late) {

    public static Command accepted(Instant expiresAt, Instant resultBy) {
        return new Command(
                CommandState.ACCEPTED, expiresAt, resultBy, List.of(), null, null, false);
    }

    /** Whether a vehicle may have got it. */
    public boolean possiblyDelivered() {
        return dispatches.stream().anyMatch(Dispatch::open);
    }

    /** Whether it is out, or was, and may not be joined by another of its actuator domain. */
    public boolean inFlight() {
        return switch (state) {
            case DISPATCHED, SENT, DELIVERED, ACKNOWLEDGED, EXECUTING -> true;
            case ACCEPTED,
                    AWAITING_APPROVAL,
                    QUEUED,
                    WAKING,
                    SUCCEEDED,
                    FAILED,
                    REJECTED,
                    EXPIRED,
                    CANCELLED,
                    SUPERSEDED,
                    OUTCOME_UNKNOWN ->
                    false;
        };
    }

    /** Whether it stands in the line of its vehicle and no vehicle can have it. */
    public boolean waits() {
        return switch (state) {
            case QUEUED, WAKING -> !possiblyDelivered();
            case ACCEPTED, AWAITING_APPROVAL -> false;
            case DISPATCHED, SENT, DELIVERED, ACKNOWLEDGED, EXECUTING -> false;
            case SUCCEEDED, FAILED, REJECTED, EXPIRED, CANCELLED, SUPERSEDED, OUTCOME_UNKNOWN ->
                    false;
        };
    }

    public Optional<Dispatch> dispatchTo(SessionId session) {
        return dispatches.stream()
                .filter(dispatch -> dispatch.session().equals(session))
                .findFirst();
    }

    Command in(CommandState next) {
        return new Command(next, expiresAt, resultBy, dispatches, code, result, late);
    }

    Command timed(Instant expiry, Instant result) {
        return new Command(state, expiry, result, dispatches, code, this.result, late);
    }

    Command ended(
            CommandState next,
            @Nullable String why,
            @Nullable Map<String, Object> with,
            boolean afterwards) {
        return new Command(next, expiresAt, resultBy, dispatches, why, with, afterwards);
    }

    /** What became of a dispatch; the last one stays the last. */
    Command with(Dispatch changed) {
        return with(
                dispatches.stream()
                        .map(known -> known.session().equals(changed.session()) ? changed : known)
                        .toList());
    }

    /** It goes to a session, which is the last one then. */
    Command sentTo(Dispatch dispatch) {
        List<Dispatch> all = new ArrayList<>(dispatches);
        all.removeIf(known -> known.session().equals(dispatch.session()));
        all.add(dispatch);
        return with(List.copyOf(all));
    }

    private Command with(List<Dispatch> all) {
        return new Command(state, expiresAt, resultBy, all, code, result, late);
    }
}
