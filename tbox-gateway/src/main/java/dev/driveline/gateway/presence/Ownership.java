package dev.driveline.gateway.presence;

/**
 * Two sessions of one vehicle on two gateways: who closes.
 *
 * <p>The last ONLINE in the log owns. A session overtaken by an ONLINE whose gateway had read ours
 * closes at once. If neither had read the other's (Kafka was away while both connected), they are
 * concurrent: neither closes, and the one that next hears from its vehicle announces itself again,
 * by then having read the other. A plain value of one session; not thread-safe.
 */
public final class Ownership {

    private static final long NOT_YET = -1;

    private final long readOffset;
    private long ownOffset = NOT_YET;

    /**
     * @param readOffset the next offset of the presence partition to be read when the session
     *     connected
     */
    public Ownership(long readOffset) {
        this.readOffset = readOffset;
    }

    public long readOffset() {
        return readOffset;
    }

    /** Our ONLINE stands in the log. */
    public void announced(long offset) {
        ownOffset = offset;
    }

    /** Another session's ONLINE was read. */
    public Verdict other(long offset, long otherReadOffset) {
        if (offset < readOffset) {
            return Verdict.OURS;
        }
        if (ownOffset != NOT_YET && otherReadOffset > ownOffset) {
            return Verdict.OVERTAKEN;
        }
        return Verdict.CONCURRENT;
    }

    /** What another session's ONLINE means for ours. */
    public enum Verdict {
        /** We had read it when we connected: the other one closes. */
        OURS,
        /** It had read ours: we close. */
        OVERTAKEN,
        /** Neither knew of the other. */
        CONCURRENT
    }
}
