package dev.driveline.gateway.presence;

import dev.driveline.contract.id.SessionId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Two sessions of one vehicle on two gateways: who closes.
 *
 * <p>The last ONLINE in the log owns. A session overtaken by an ONLINE whose session had read ours
 * closes at once. If neither had read the other's (Kafka was away while both connected), they are
 * concurrent: neither closes, and the one that next hears from its vehicle announces itself again,
 * by then having read the other.
 *
 * <p>Everything is judged by what this session has read, in log order, its own records included: an
 * answer of the producer or a position of the reader can be ahead of it, and then two sessions
 * could each believe the other the owner. What a session still had on its way when it was overtaken
 * overtakes nobody: it closes as soon as it reads what overtook it. A plain value of one session;
 * not thread-safe.
 */
public final class Ownership {

    private static final long NOT_YET = -1;
    private static final int MAX_OTHERS = 64;

    private final SessionId own;
    private final long connectedAt;
    private final Map<SessionId, Long> others = new LinkedHashMap<>();
    private final Map<SessionId, Long> overtakenAt = new HashMap<>();
    private long readOffset;
    private long ownOffset = NOT_YET;

    /**
     * @param readOffset the next offset of the presence partition to be read when the session
     *     connected
     */
    public Ownership(SessionId own, long readOffset) {
        this.own = own;
        this.connectedAt = readOffset;
        this.readOffset = readOffset;
    }

    /** How far this session has read, for its next ONLINE. */
    public long readOffset() {
        return readOffset;
    }

    /** An ONLINE of the vehicle was read, in log order; {@code session} may be this one. */
    public Verdict read(long offset, SessionId session, long stated) {
        if (offset < connectedAt) {
            return Verdict.OURS;
        }
        readOffset = offset + 1;
        Long overtaken = overtakenAt.get(session);
        if (overtaken != null && stated <= overtaken) {
            return Verdict.CONCURRENT;
        }
        others.forEach((other, last) -> {
            if (!other.equals(session) && stated > last) {
                overtakenAt.putIfAbsent(other, offset);
            }
        });
        overtakenAt.remove(session);
        if (session.equals(own)) {
            ownOffset = offset;
            return Verdict.OURS;
        }
        if (others.size() < MAX_OTHERS || others.containsKey(session)) {
            others.put(session, offset);
        }
        return ownOffset != NOT_YET && stated > ownOffset ? Verdict.OVERTAKEN : Verdict.CONCURRENT;
    }

    /** What an ONLINE means for this session. */
    public enum Verdict {
        /** It is ours, or we had read it when we connected. */
        OURS,
        /** It had read ours: we close. */
        OVERTAKEN,
        /** Neither knew of the other, or it was on its way when its session was overtaken. */
        CONCURRENT
    }
}
