package dev.driveline.command.command;

import java.util.Set;

/**
 * What dispatch needs to know of a command's type, as it was when the command was accepted.
 *
 * @param domain the actuator; one command of a vehicle and domain is in flight at once
 * @param toggle its effect depends on the state before: once a vehicle may have it, it is not sent
 *     again
 * @param supersedes the types of its domain that it takes the place of while they still wait
 */
public record Kind(String type, String domain, boolean toggle, Set<String> supersedes) {

    public Kind {
        supersedes = Set.copyOf(supersedes);
    }
}
