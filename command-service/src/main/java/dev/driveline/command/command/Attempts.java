package dev.driveline.command.command;

import dev.driveline.contract.id.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which commands of a vehicle are handed to its session now: for each actuator domain the oldest
 * that is open, if its session has not had it yet or its gateway left it unanswered.
 */
public final class Attempts {

    private Attempts() {}

    /**
     * Chooses.
     *
     * @param open the vehicle's commands that have not ended, the oldest first
     */
    public static List<StoredCommand> of(List<StoredCommand> open, SessionId session, Instant now) {
        Set<String> busyDomains = new HashSet<>();
        List<StoredCommand> attempts = new ArrayList<>();
        for (StoredCommand stored : open) {
            if (busyDomains.add(stored.type().domain())
                    && CommandMachine.dispatchable(stored.command(), now)
                    && worthwhile(stored, session, now)) {
                attempts.add(stored);
            }
        }
        return attempts;
    }

    private static boolean worthwhile(StoredCommand stored, SessionId session, Instant now) {
        Dispatch dispatch = stored.command().dispatchTo(session).orElse(null);
        Instant last = stored.attemptAt();
        if (dispatch == null || last == null) {
            return true;
        }
        if (!dispatch.answered()) {
            return !now.isBefore(last.plus(StoredCommand.ATTEMPT_LIMIT));
        }
        return !dispatch.open() && !now.isBefore(last.plus(StoredCommand.AFTER_REFUSAL));
    }
}
