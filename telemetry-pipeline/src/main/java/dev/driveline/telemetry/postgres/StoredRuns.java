package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.Run;
import dev.driveline.telemetry.slice.SliceColumns;
import dev.driveline.telemetry.slice.Slices;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes batches of one vehicle out of {@code recent} and {@code history}, whatever else stands in
 * the same slices left as it is. One use, one thread, within a transaction.
 *
 * <p>Rows of {@code recent} are locked before {@code history} is read: who joins them at the same
 * time has either ended, and the slices are seen, or passes over them.
 */
final class StoredRuns {

    /** Where a batch may have been placed besides where its frames are. */
    private static final long MARGIN_US = Slices.LENGTH_US + BatchLimits.MAX_SPAN_US;

    private static final int FETCHED_ROWS = 64;

    private final Connection connection;
    private final String vin;
    private final int tenant;
    private final Set<Batch> batches;
    private final Map<Batch, Boolean> late = new HashMap<>();

    private StoredRuns(Connection connection, String vin, int tenant, Set<Batch> batches) {
        this.connection = connection;
        this.vin = vin;
        this.tenant = tenant;
        this.batches = batches;
    }

    /** A batch by its boot and number, which it shares with no other of its vehicle. */
    record Batch(long boot, long seq) {

        static Object[] boots(Set<Batch> batches) {
            return batches.stream().map(Batch::boot).toArray();
        }

        static Object[] seqs(Set<Batch> batches) {
            return batches.stream().map(Batch::seq).toArray();
        }
    }

    /** A slice that holds some of the batches, and what else it holds; null for nothing. */
    private record Slice(
            int signal,
            long fromUs,
            int definition,
            int compaction,
            int part,
            @Nullable SliceColumns rest) {}

    /**
     * Removes all samples of the batches; tells of those that were there whether they were late.
     *
     * @param fromUs where the batches are, vehicle time
     * @param toUs the last of their frames
     */
    static Map<Batch, Boolean> remove(
            Connection connection,
            String vin,
            int tenant,
            Set<Batch> batches,
            long fromUs,
            long toUs)
            throws SQLException {
        StoredRuns runs = new StoredRuns(connection, vin, tenant, batches);
        runs.removeRecent();
        runs.removeJoined(fromUs, toUs);
        return runs.late;
    }

    private void removeRecent() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        delete from recent r using unnest(?::bigint[], ?::bigint[]) as t (boot, seq)
                        where r.vin = ? and r.tenant_id = ? and r.boot = t.boot and r.seq = t.seq
                        returning r.boot, r.seq, r.late
                        """)) {
            statement.setArray(1, connection.createArrayOf("bigint", Batch.boots(batches)));
            statement.setArray(2, connection.createArrayOf("bigint", Batch.seqs(batches)));
            statement.setString(3, vin);
            statement.setInt(4, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    late.put(new Batch(rows.getLong(1), rows.getLong(2)), rows.getBoolean(3));
                }
            }
        }
    }

    private void removeJoined(long fromUs, long toUs) throws SQLException {
        List<Slice> changed = changed(fromUs, toUs);
        if (changed.isEmpty()) {
            return;
        }
        Set<Integer> kept = new HashSet<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        delete from history
                        where vin = ? and signal_id = ? and t_from = ? and definition_id = ?
                            and compaction = ? and part = ? and tenant_id = ?
                        """)) {
            for (Slice slice : changed) {
                statement.setString(1, vin);
                statement.setInt(2, slice.signal());
                statement.setLong(3, slice.fromUs());
                statement.setInt(4, slice.definition());
                statement.setInt(5, slice.compaction());
                statement.setInt(6, slice.part());
                statement.setInt(7, tenant);
                statement.addBatch();
                if (slice.rest() != null) {
                    kept.add(slice.definition());
                }
            }
            statement.executeBatch();
        }
        Map<Integer, SignalDefinition> definitions = Definitions.of(connection, kept);
        HistoryRows rows = new HistoryRows(vin, tenant, nextCompaction());
        for (int i = 0; i < changed.size(); i++) {
            Slice slice = changed.get(i);
            SliceColumns rest = slice.rest();
            if (rest != null) {
                rows.add(
                        slice.signal(),
                        slice.definition(),
                        i,
                        requireNonNull(definitions.get(slice.definition())),
                        rest);
            }
        }
        rows.copyInto(connection);
    }

    private int nextCompaction() throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("select nextval('compaction')");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    private List<Slice> changed(long fromUs, long toUs) throws SQLException {
        List<Slice> changed = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select signal_id, t_from, definition_id, compaction, part, samples
                        from history
                        where vin = ? and tenant_id = ? and t_from >= ? and t_from <= ?
                            and t_to >= ?
                        """)) {
            statement.setString(1, vin);
            statement.setInt(2, tenant);
            statement.setLong(3, fromUs - 2 * MARGIN_US);
            statement.setLong(4, toUs + MARGIN_US);
            statement.setLong(5, fromUs - MARGIN_US);
            statement.setFetchSize(FETCHED_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    SliceColumns columns = SliceColumns.unpack(rows.getBytes(6), rows.getLong(2));
                    if (holdsSome(columns)) {
                        changed.add(
                                new Slice(
                                        rows.getInt(1),
                                        rows.getLong(2),
                                        rows.getInt(3),
                                        rows.getInt(4),
                                        rows.getInt(5),
                                        rest(columns)));
                    }
                }
            }
        }
        return changed;
    }

    private boolean holdsSome(SliceColumns columns) {
        boolean some = false;
        for (Run run : columns.runs()) {
            Batch batch = new Batch(run.boot(), run.seq());
            if (batches.contains(batch)) {
                late.put(batch, run.late());
                some = true;
            }
        }
        return some;
    }

    private @Nullable SliceColumns rest(SliceColumns columns) {
        List<Run> kept = new ArrayList<>();
        int count = 0;
        for (Run run : columns.runs()) {
            if (!batches.contains(new Batch(run.boot(), run.seq()))) {
                kept.add(run);
                count += run.count();
            }
        }
        if (kept.isEmpty()) {
            return null;
        }
        SliceColumns rest =
                new SliceColumns(
                        kept, new long[count], new int[count], new long[count], new byte[count]);
        int from = 0;
        int to = 0;
        for (Run run : columns.runs()) {
            int size = run.count();
            if (!batches.contains(new Batch(run.boot(), run.seq()))) {
                System.arraycopy(columns.tUs(), from, rest.tUs(), to, size);
                System.arraycopy(columns.place(), from, rest.place(), to, size);
                System.arraycopy(columns.raw(), from, rest.raw(), to, size);
                System.arraycopy(columns.quality(), from, rest.quality(), to, size);
                to += size;
            }
            from += size;
        }
        return rest;
    }
}
