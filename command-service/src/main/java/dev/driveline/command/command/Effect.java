package dev.driveline.command.command;

import dev.driveline.contract.vehicle.Presence;

/** What is to be done after a step of a {@link Line}. */
public sealed interface Effect {

    /** The command is in another state: its row, its audit step and its event are written. */
    record Told(StoredCommand command) implements Effect {}

    /** Something of the command changed that is told to nobody: its row is written. */
    record Kept(StoredCommand command) implements Effect {}

    /** Once all is committed, it goes to the session's gateway. */
    record Published(StoredCommand command, Presence.Online session, int attempt)
            implements Effect {}

    /** Once all is committed, the vehicle is woken for it. */
    record Woken(StoredCommand command) implements Effect {}
}
