package dev.driveline.gateway.session;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.vehicle.VehicleSession;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is read of a vehicle's sessions between the resumption of one, from what was known then, and
 * the reading back of its own first record: by then everything before it in the log was read too.
 * Not thread-safe; touched by the log's reader.
 *
 * <p>Several connections may have resumed the same session without knowing of each other. What any
 * of them left unacknowledged, or had subscribed to, counts; QoS 2 identifiers are those of the
 * last that nobody replaced.
 */
public final class CatchUp {

    private final SessionId own;
    private final Map<SessionId, VehicleSession> records = new LinkedHashMap<>();
    private final Set<SessionId> replaced = new HashSet<>();
    private @Nullable SessionId last;

    /**
     * @param former that of a session which ended before it had caught up: what it has read, the
     *     one that takes its place must know; null for none
     */
    public CatchUp(SessionId own, @Nullable CatchUp former) {
        this.own = own;
        if (former != null) {
            records.putAll(former.records);
            replaced.addAll(former.replaced);
            last = former.last;
        }
    }

    public SessionId own() {
        return own;
    }

    /** A record of another session was read, in log order; null for its tombstone. */
    public void read(SessionId session, @Nullable VehicleSession record) {
        if (record == null) {
            if (session.equals(last)) {
                last = null;
            }
            return;
        }
        records.put(session, record);
        if (!replaced.contains(session)) {
            SessionId former = record.replaces();
            if (former != null) {
                replaced.add(former);
            }
            last = session;
        }
    }

    /** What they left; null where nothing new was read. */
    public @Nullable Resumable left() {
        if (records.isEmpty()) {
            return null;
        }
        Map<String, VehicleSession.Unacknowledged> unacknowledged = new LinkedHashMap<>();
        Set<String> filters = new LinkedHashSet<>();
        for (VehicleSession record : records.values()) {
            filters.addAll(record.filters());
            record.unacknowledged().forEach(each -> unacknowledged.put(each.id(), each));
        }
        VehicleSession standing = last == null ? null : records.get(last);
        return new Resumable(
                own,
                false,
                List.copyOf(filters),
                List.copyOf(unacknowledged.values()),
                standing == null ? List.of() : standing.received());
    }
}
