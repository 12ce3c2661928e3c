package dev.driveline.command.command;

import dev.driveline.contract.id.SessionId;

/**
 * One attempt to bring a command to a session; a second attempt at the same session is the same
 * dispatch, since the gateway publishes it once.
 *
 * @param open the vehicle may have got it: no answer yet, or SENT, or DELIVERED
 * @param answered whether the gateway has said anything
 */
public record Dispatch(SessionId session, boolean open, boolean answered) {

    static Dispatch to(SessionId session) {
        return new Dispatch(session, true, false);
    }

    Dispatch answered(boolean stillOpen) {
        return new Dispatch(session, stillOpen, true);
    }
}
