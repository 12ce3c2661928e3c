package dev.driveline.gateway.session;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.VehicleSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of all vehicles: about 35 bytes for one that holds nothing but known filters, the
 * whole record for the few that have unacknowledged publishes, QoS 2 identifiers or a deferred
 * will. Thread-safe: a lock a partition.
 *
 * <p>The last record of a vehicle in log order counts, unless it is of a session that another one
 * has replaced: that session's gateway had not heard of it yet.
 */
public final class SessionTable {

    private static final byte WHOLE = (byte) 0x80;
    private static final int OPEN_END = 0;
    private static final int ALREADY_OVER = 1;

    /** Connected, with a record for its will only: nothing to resume, nothing to remove yet. */
    private static final int WILL_ONLY = 2;

    private static final int REPLACED_KEPT = 100_000;

    private final ToIntFunction<Vin> partitioner;
    private final Partition[] partitions;
    private final Set<SessionId> replaced =
            Collections.newSetFromMap(
                    Collections.synchronizedMap(
                            new LinkedHashMap<>() {
                                @Override
                                protected boolean removeEldestEntry(
                                        Map.Entry<SessionId, Boolean> eldest) {
                                    return size() > REPLACED_KEPT;
                                }
                            }));

    private static final class Partition {
        final CompactMap compact = new CompactMap();
        final Map<Vin, VehicleSession> whole = new HashMap<>();
    }

    public SessionTable(int partitions, ToIntFunction<Vin> partitioner) {
        this.partitioner = partitioner;
        this.partitions = new Partition[partitions];
        Arrays.setAll(this.partitions, index -> new Partition());
    }

    /**
     * Takes a record.
     *
     * @return false where its session was replaced, so that the record should not be there
     */
    public boolean put(Vin vin, VehicleSession record) {
        if (replaced.contains(record.session())) {
            return false;
        }
        SessionId former = record.replaces();
        if (former != null) {
            replaced.add(former);
        }
        Partition partition = of(vin);
        synchronized (partition) {
            keep(partition, vin, record.complete() ? record : added(partition, vin, record));
        }
        return true;
    }

    /**
     * Adds what was learned of a vehicle's earlier connections to what is known of it.
     *
     * @param template the record by which it was learned
     */
    void learn(Vin vin, Resumable left, VehicleSession template) {
        Partition partition = of(vin);
        synchronized (partition) {
            CompactMap.Entry entry = partition.compact.get(PackedVin.of(vin));
            if (entry == null) {
                return;
            }
            VehicleSession whole = partition.whole.get(vin);
            Resumable known = resumable(partition, vin, entry, false);
            VehicleSession union =
                    union(
                            known,
                            (whole == null ? template : whole)
                                    .with(left.filters(), left.unacknowledged()));
            partition.compact.put(
                    PackedVin.of(vin), new CompactMap.Entry(entry.session(), entry.end(), WHOLE));
            partition.whole.put(vin, union);
        }
    }

    private static void keep(Partition partition, Vin vin, VehicleSession record) {
        int mask = FilterMask.of(record.filters());
        boolean plain =
                mask >= 0
                        && record.unacknowledged().isEmpty()
                        && record.received().isEmpty()
                        && record.willDueAt() == null;
        partition.compact.put(
                PackedVin.of(vin),
                new CompactMap.Entry(
                        record.session().bits(), endOf(record), plain ? (byte) mask : WHOLE));
        if (plain) {
            partition.whole.remove(vin);
        } else {
            partition.whole.put(vin, record);
        }
    }

    /** What its writer may not have known of is not lost by its record. */
    private static VehicleSession added(Partition partition, Vin vin, VehicleSession record) {
        CompactMap.Entry entry = partition.compact.get(PackedVin.of(vin));
        if (entry == null) {
            return record;
        }
        return union(resumable(partition, vin, entry, false), record);
    }

    private static VehicleSession union(Resumable known, VehicleSession record) {
        Set<String> filters = new LinkedHashSet<>(known.filters());
        filters.addAll(record.filters());
        Map<String, VehicleSession.Unacknowledged> publishes = new LinkedHashMap<>();
        known.unacknowledged().forEach(each -> publishes.put(each.id(), each));
        record.unacknowledged().forEach(each -> publishes.put(each.id(), each));
        return record.with(List.copyOf(filters), List.copyOf(publishes.values()));
    }

    /** Forgets a session, unless another one of the vehicle has taken its place. */
    public void remove(Vin vin, SessionId session) {
        Partition partition = of(vin);
        PackedVin packed = PackedVin.of(vin);
        synchronized (partition) {
            CompactMap.Entry entry = partition.compact.get(packed);
            if (entry != null && entry.session() == session.bits()) {
                partition.compact.remove(packed);
                partition.whole.remove(vin);
            }
        }
    }

    public @Nullable Resumable find(Vin vin, Instant now) {
        Partition partition = of(vin);
        synchronized (partition) {
            CompactMap.Entry entry = partition.compact.get(PackedVin.of(vin));
            if (entry == null) {
                return null;
            }
            boolean over = entry.end() != OPEN_END && entry.end() <= now.getEpochSecond();
            return resumable(partition, vin, entry, over);
        }
    }

    private static Resumable resumable(
            Partition partition, Vin vin, CompactMap.Entry entry, boolean over) {
        SessionId session = new SessionId(entry.session());
        VehicleSession whole = entry.flags() == WHOLE ? partition.whole.get(vin) : null;
        return whole == null
                ? new Resumable(
                        session,
                        over,
                        FilterMask.filters(entry.flags() & ~WHOLE),
                        List.of(),
                        List.of())
                : new Resumable(
                        session, over, whole.filters(), whole.unacknowledged(), whole.received());
    }

    /** Sessions of a partition with a deferred will that is due. */
    public Map<Vin, VehicleSession> dueWills(int partitionIndex, Instant now) {
        Partition partition = partitions[partitionIndex];
        Map<Vin, VehicleSession> due = new HashMap<>();
        synchronized (partition) {
            partition.whole.forEach((vin, record) -> {
                Instant at = record.willDueAt();
                if (at != null && !now.isBefore(at)) {
                    due.put(vin, record);
                }
            });
        }
        return due;
    }

    /** Sessions of a partition that are over and have no will to wait for. */
    public Map<Vin, SessionId> over(int partitionIndex, Instant now) {
        Partition partition = partitions[partitionIndex];
        Map<Vin, SessionId> over = new HashMap<>();
        synchronized (partition) {
            List<Vin> vins =
                    partition.compact.whereEnd(end ->
                            end != OPEN_END && end != WILL_ONLY && end <= now.getEpochSecond());
            for (Vin vin : vins) {
                VehicleSession whole = partition.whole.get(vin);
                CompactMap.Entry entry = partition.compact.get(PackedVin.of(vin));
                if (entry != null && (whole == null || whole.willDueAt() == null)) {
                    over.put(vin, new SessionId(entry.session()));
                }
            }
        }
        return over;
    }

    public int size() {
        int sum = 0;
        for (Partition partition : partitions) {
            synchronized (partition) {
                sum += partition.compact.size();
            }
        }
        return sum;
    }

    /** The arrays' bytes; the whole records of the few come on top. */
    public long bytes() {
        long sum = 0;
        for (Partition partition : partitions) {
            synchronized (partition) {
                sum += partition.compact.bytes();
            }
        }
        return sum;
    }

    /** The vehicles whose whole record is held. */
    List<Vin> whole() {
        List<Vin> vins = new ArrayList<>();
        for (Partition partition : partitions) {
            synchronized (partition) {
                vins.addAll(partition.whole.keySet());
            }
        }
        return vins;
    }

    private Partition of(Vin vin) {
        return partitions[partitioner.applyAsInt(vin)];
    }

    /** In seconds since 1970; in 2038 sessions end for good, and this becomes a long. */
    private static int endOf(VehicleSession record) {
        Instant endedAt = record.endedAt();
        if (record.expiryS() == 0) {
            return endedAt == null ? WILL_ONLY : ALREADY_OVER;
        }
        return endedAt == null
                ? OPEN_END
                : (int) Math.min(Integer.MAX_VALUE, endedAt.getEpochSecond() + record.expiryS());
    }
}
