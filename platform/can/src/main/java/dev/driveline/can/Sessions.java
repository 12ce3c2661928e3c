package dev.driveline.can;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The messages under way, {@value #MAX} at most; the one that stood still longest goes first. */
final class Sessions {
    static final int MAX = 32;

    /** Least recently touched first. */
    private final Map<Session.Key, Session> open = new LinkedHashMap<>();

    /** The message under way, or null. */
    @Nullable Session find(Session.Key key) {
        return open.get(key);
    }

    /** Loses the message where it is late; whether it was. */
    boolean loseIfLate(Session session, long nowUs, MessageSink sink) {
        if (!session.isLate(nowUs)) {
            return false;
        }
        lose(session, TransportFault.TIMEOUT, sink);
        return true;
    }

    void open(Session session, MessageSink sink) {
        Session before = open.get(session.key);
        if (before != null) {
            replace(before, session.startUs, sink);
        }
        if (open.size() >= MAX) {
            expire(session.startUs, sink);
        }
        if (open.size() >= MAX) {
            lose(open.values().iterator().next(), TransportFault.NO_ROOM, sink);
        }
        open.put(session.key, session);
    }

    /** Its sender begins another. */
    void replace(Session before, long nowUs, MessageSink sink) {
        if (!loseIfLate(before, nowUs, sink)) {
            lose(before, TransportFault.REPLACED, sink);
        }
    }

    void touch(Session session, long nowUs) {
        session.lastUs = nowUs;
        open.remove(session.key);
        open.put(session.key, session);
    }

    void close(Session session) {
        open.remove(session.key);
    }

    void lose(Session session, TransportFault fault, MessageSink sink) {
        close(session);
        sink.onLoss(session.key.bus(), session.id, fault);
    }

    void expire(long nowUs, MessageSink sink) {
        for (Session session : all()) {
            var _ = loseIfLate(session, nowUs, sink);
        }
    }

    /** Least recently touched first. */
    List<Session> all() {
        return new ArrayList<>(open.values());
    }

    boolean isEmpty() {
        return open.isEmpty();
    }
}
