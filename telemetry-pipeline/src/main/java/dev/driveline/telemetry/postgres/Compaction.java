package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.postgres.HistoryPartitions.Partition;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.BatchColumns;
import dev.driveline.telemetry.slice.SliceBuilder;
import dev.driveline.telemetry.slice.SliceColumns;
import dev.driveline.telemetry.slice.Slices;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Joins the batches of {@code recent} into the slices of {@code history}, each in one transaction:
 * a sample stands in exactly one of the two. Any number of instances work beside each other.
 *
 * <p>A slice's batches are joined once it is over by vehicle time and nothing was added to it for
 * half a minute; at once where they hold very many samples; and after twenty minutes in any case,
 * since a vehicle's clock may run ahead. What comes later is joined by itself.
 */
final class Compaction {

    /** Joined at once, so that memory is bounded: at most 21 bytes each. */
    private static final int MAX_SAMPLES = 1_000_000;

    private static final int GROUPS_AT_ONCE = 1_000;
    private static final int FETCHED_ROWS = 64;

    private final Database database;
    private final HistoryPartitions partitions;

    Compaction(Database database, HistoryPartitions partitions) {
        this.database = database;
        this.partitions = partitions;
    }

    /** Batches of one vehicle that began in the same ten minutes. */
    record Group(String vin, int slice, int tenant) {

        long startUs() {
            return slice * Slices.LENGTH_US;
        }
    }

    /** When a group is to be joined. */
    record Due(Instant sliceOverBefore, Instant quietSince, Instant storedBefore) {}

    /** Batches joined, and slices made of them. */
    record Joined(int batches, int slices) {}

    /** Groups that are due, those that wait longest first. */
    List<Group> due(Due due) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select vin, slice, tenant_id from recent
                                group by vin, slice, tenant_id
                                having (slice < :slice and max(stored_at) < :quiet)
                                    or min(stored_at) < :stored
                                    or sum(sample_count) >= :samples
                                order by min(stored_at) limit :limit
                                """)
                        .bind("slice", Slices.of(due.sliceOverBefore().toEpochMilli() * 1_000))
                        .bind("quiet", due.quietSince())
                        .bind("stored", due.storedBefore())
                        .bind("samples", MAX_SAMPLES)
                        .bind("limit", GROUPS_AT_ONCE)
                        .map((row, _) -> new Group(row.getString(1), row.getInt(2), row.getInt(3)))
                        .list());
    }

    /** Joins a group's batches, or as many as one transaction takes. */
    Joined join(Group group) {
        partitions.ensure(Partition.of(group.tenant(), group.startUs()));
        partitions.ensure(
                Partition.of(
                        group.tenant(), Slices.endUs(group.slice()) + BatchLimits.MAX_SPAN_US));
        try {
            return database.transaction(handle -> join(handle, group));
        } catch (RuntimeException failed) {
            partitions.forget();
            throw failed;
        }
    }

    /** Deletes a group's batches instead, because they are older than what is kept. */
    int discard(Group group) {
        return database.transaction(handle ->
                handle.execute(
                        "delete from recent where vin = ? and slice = ? and tenant_id = ?",
                        group.vin(),
                        group.slice(),
                        group.tenant()));
    }

    private static Joined join(Handle handle, Group group) throws SQLException {
        Connection connection = handle.getConnection();
        Taken taken = take(connection, group);
        if (taken.boots.isEmpty()) {
            return new Joined(0, 0);
        }
        int compaction =
                handle.createQuery("select nextval('compaction')").mapTo(Integer.class).one();
        int slices = write(connection, group, taken, compaction);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        delete from recent r using unnest(?::bigint[], ?::bigint[]) as t (boot, seq)
                        where r.vin = ? and r.slice = ? and r.boot = t.boot and r.seq = t.seq
                        """)) {
            statement.setArray(1, connection.createArrayOf("bigint", taken.boots.toArray()));
            statement.setArray(2, connection.createArrayOf("bigint", taken.seqs.toArray()));
            statement.setString(3, group.vin());
            statement.setInt(4, group.slice());
            int deleted = statement.executeUpdate();
            if (deleted != taken.boots.size()) {
                throw new IllegalStateException(
                        "joined %d batches, but %d were there to delete"
                                .formatted(taken.boots.size(), deleted));
            }
        }
        return new Joined(taken.boots.size(), slices);
    }

    /** What of a group goes into one transaction. */
    private static final class Taken {
        private final List<Long> boots = new ArrayList<>();
        private final List<Long> seqs = new ArrayList<>();
        private final Map<Integer, Integer> signals = new HashMap<>();
        private final Map<Integer, SliceBuilder> builders = new TreeMap<>();
    }

    private static Taken take(Connection connection, Group group) throws SQLException {
        Taken taken = new Taken();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select boot, seq, t_from, recv_us, late, sample_count, samples from recent
                        where vin = ? and slice = ? and tenant_id = ?
                        order by t_from, boot, seq
                        for update skip locked
                        """)) {
            statement.setString(1, group.vin());
            statement.setInt(2, group.slice());
            statement.setInt(3, group.tenant());
            statement.setFetchSize(FETCHED_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                long samples = 0;
                while (samples < MAX_SAMPLES && rows.next()) {
                    add(taken, rows);
                    samples += rows.getInt(6);
                }
            }
        }
        return taken;
    }

    private static void add(Taken taken, ResultSet row) throws SQLException {
        long boot = row.getLong(1);
        long seq = row.getLong(2);
        taken.boots.add(boot);
        taken.seqs.add(seq);
        for (BatchColumns.Part part :
                BatchColumns.unpack(row.getBytes(7), row.getLong(3), _ -> true)) {
            taken.signals.put(part.definition(), part.signal());
            taken.builders
                    .computeIfAbsent(part.definition(), _ -> new SliceBuilder())
                    .add(boot, seq, row.getLong(4), row.getBoolean(5), part.columns());
        }
    }

    private static int write(Connection connection, Group group, Taken taken, int compaction)
            throws SQLException {
        Map<Integer, SignalDefinition> definitions =
                Definitions.of(connection, taken.builders.keySet());
        HistoryRows rows = new HistoryRows(group.vin(), group.tenant(), compaction);
        for (var entry : taken.builders.entrySet()) {
            SignalDefinition definition = requireNonNull(definitions.get(entry.getKey()));
            List<SliceColumns> built = entry.getValue().build();
            int signal = requireNonNull(taken.signals.get(entry.getKey()));
            for (int i = 0; i < built.size(); i++) {
                rows.add(signal, entry.getKey(), i, definition, built.get(i));
            }
        }
        return rows.copyInto(connection);
    }
}
