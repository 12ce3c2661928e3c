package dev.driveline.gateway.session;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.VehicleSession;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one gateway knows of all sessions: what it wrote itself at once, what others wrote as it
 * reads the log. Thread-safe; {@link #read} is called by one thread, in log order.
 *
 * <p>Reading our own records back changes nothing, so that an older one never hides a newer one. A
 * session that was resumed here from what was known at CONNECT is told, with its own first record,
 * what stood in the log before it.
 */
public final class SessionMemory {

    private final RunId run;
    private final SessionTable table;
    private final Map<SessionId, Integer> onTheirWay = new ConcurrentHashMap<>();
    private final Map<Vin, CatchUp> catchingUp = new ConcurrentHashMap<>();

    public SessionMemory(RunId run, SessionTable table) {
        this.run = run;
        this.table = table;
    }

    public SessionTable table() {
        return table;
    }

    public @Nullable Resumable find(Vin vin, Instant now) {
        return table.find(vin, now);
    }

    /**
     * A record is about to be written.
     *
     * @param first whether it is its session's first
     */
    public void writing(Vin vin, VehicleSession record, boolean first) {
        table.put(vin, record);
        if (first) {
            catchingUp.compute(vin, (key, former) -> new CatchUp(record.session(), former));
        }
        onTheirWay.merge(record.session(), 1, Integer::sum);
    }

    /** A record was written, or will never be. */
    public void arrived(SessionId session) {
        onTheirWay.computeIfPresent(session, (id, count) -> count == 1 ? null : count - 1);
    }

    /** A tombstone is about to be written. */
    public void removing(Vin vin, SessionId session) {
        table.remove(vin, session);
    }

    /** What reading a record means. */
    public sealed interface Reading {
        /** Nothing to anybody connected here. */
        record Nothing() implements Reading {}

        /** Another gateway wrote about the session: it may have taken it for lost. */
        record WrittenElsewhere(SessionId session) implements Reading {}

        /**
         * The session's first record is back.
         *
         * @param left what the connections before it left; null where nothing newer was read than
         *     what it was resumed from
         */
        record CaughtUp(SessionId session, @Nullable Resumable left) implements Reading {}
    }

    private static final Reading NOTHING = new Reading.Nothing();

    /**
     * A record was read.
     *
     * @param record null for a tombstone
     */
    public Reading read(Vin vin, SessionId session, @Nullable VehicleSession record) {
        Reading caughtUp = catchUp(vin, session, record);
        if (record == null) {
            table.remove(vin, session);
            return NOTHING;
        }
        if (record.run().equals(run)) {
            arrived(session);
            return caughtUp;
        }
        if (!onTheirWay.containsKey(session)) {
            table.put(vin, record);
        }
        return new Reading.WrittenElsewhere(session);
    }

    private Reading catchUp(Vin vin, SessionId session, @Nullable VehicleSession record) {
        CatchUp waiting = catchingUp.get(vin);
        if (waiting == null) {
            return NOTHING;
        }
        if (!waiting.own().equals(session)) {
            waiting.read(session, record);
            return NOTHING;
        }
        if (!catchingUp.remove(vin, waiting)) {
            return NOTHING;
        }
        Resumable left = waiting.left();
        if (left != null && record != null) {
            // The connection may be gone: its successor here must know, too.
            table.learn(vin, left, record);
        }
        return new Reading.CaughtUp(session, left);
    }
}
