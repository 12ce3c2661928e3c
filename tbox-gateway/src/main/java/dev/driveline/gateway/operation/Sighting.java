package dev.driveline.gateway.operation;

import dev.driveline.gateway.link.Link;

/** What was seen of a vehicle's connection. */
public sealed interface Sighting {

    record Here(SessionHead head, Link.Snapshot link) implements Sighting {}

    /** It is not connected to this gateway. */
    record NotHere() implements Sighting {}

    /** Its event loop is too busy to say. */
    record NoAnswer() implements Sighting {}
}
