package dev.driveline.command.command;

import dev.driveline.contract.id.SessionId;
import java.util.Set;
import java.util.TreeSet;

/**
 * The attempts to bring a command to one session.
 *
 * <p>Each attempt must be answered for itself: a NOT_HERE to the second says nothing of the first.
 *
 * @param attempts how many were made, numbered from 1
 * @param sent the gateway said SENT or DELIVERED to one of them
 * @param refused the attempts that were answered with "not delivered"
 */
public record Dispatch(SessionId session, int attempts, boolean sent, Set<Integer> refused) {

    static Dispatch to(SessionId session) {
        return new Dispatch(session, 0, false, Set.of());
    }

    /** Whether the vehicle may have got it. */
    public boolean open() {
        return sent || refused.size() < attempts;
    }

    /** Whether the gateway has answered the last attempt. */
    public boolean answered() {
        return sent || refused.contains(attempts);
    }

    Dispatch again() {
        return new Dispatch(session, attempts + 1, sent, refused);
    }

    Dispatch answered(int attempt, boolean notDelivered) {
        if (!notDelivered) {
            return new Dispatch(session, attempts, true, refused);
        }
        Set<Integer> more = new TreeSet<>(refused);
        if (attempt >= 1 && attempt <= attempts) {
            more.add(attempt);
        }
        return new Dispatch(session, attempts, sent, Set.copyOf(more));
    }
}
