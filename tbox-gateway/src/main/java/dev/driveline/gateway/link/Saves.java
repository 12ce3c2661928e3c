package dev.driveline.gateway.link;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What waits until the session's record is confirmed: a PUBLISH to the vehicle, a PUBREC, a SUBACK.
 * Records of one session are confirmed in the order of their versions.
 */
final class Saves {

    private record Waiting(long version, Runnable then) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long version;

    /** The version of the record that is to be written now. */
    long next() {
        return ++version;
    }

    /** Runs {@code then} when the record last numbered is confirmed. */
    void afterwards(Runnable then) {
        waiting.addLast(new Waiting(version, then));
    }

    void confirmed(long confirmedVersion) {
        Waiting first = waiting.peekFirst();
        while (first != null && first.version <= confirmedVersion) {
            waiting.removeFirst();
            first.then.run();
            first = waiting.peekFirst();
        }
    }
}
