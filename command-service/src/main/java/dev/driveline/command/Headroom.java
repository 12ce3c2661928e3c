package dev.driveline.command;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits that were found less than half used: for ten seconds, and for a twentieth of the limit,
 * they need not be looked at again, since looking means to count. What ten processes take uncounted
 * is at most the other half, however long ago they counted. Thread-safe.
 */
final class Headroom {

    /** Smaller limits are always counted. */
    static final int SHARES = 20;

    private static final Duration LIFE = Duration.ofSeconds(10);
    private static final int MOST = 10_000;

    private final Map<Of, Room> rooms =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Of, Room> eldest) {
                    return size() > MOST;
                }
            };

    /** Whose limit, and of which type. */
    record Of(String whose, String type) {}

    private record Room(int left, Instant until) {}

    /** Takes one; false if it has to be counted. */
    synchronized boolean take(Of of, Instant now) {
        Room room = rooms.get(of);
        if (room == null || room.left() == 0 || !now.isBefore(room.until())) {
            return false;
        }
        rooms.put(of, new Room(room.left() - 1, room.until()));
        return true;
    }

    /** Less than half of it is used; one is taken. */
    synchronized void found(Of of, int limit, Instant now) {
        rooms.put(of, new Room(Math.max(0, limit / SHARES - 1), now.plus(LIFE)));
    }
}
