package dev.driveline.telemetry.postgres;

import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.slice.BatchColumns;
import dev.driveline.telemetry.slice.Run;
import dev.driveline.telemetry.slice.SliceColumns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Looks up of some signals of a vehicle the newest sample that is stored, after the one that was is
 * gone. One use, one thread, within a transaction.
 */
final class NewestSamples {

    private static final int FETCHED_ROWS = 64;

    private final Map<Integer, Found> found = new HashMap<>();

    private NewestSamples() {}

    /** A stored sample. */
    record Found(
            int definition, SampleKey key, long receivedUs, long raw, byte quality, boolean late) {

        /** Late and of a time that nobody knows: newer than nothing. */
        boolean fillsOnly() {
            return late && Quality.of(quality) == Quality.ESTIMATED_TIME;
        }

        Found better(Found other) {
            if (fillsOnly() != other.fillsOnly()) {
                return fillsOnly() ? other : this;
            }
            return key.compareTo(other.key) >= 0 ? this : other;
        }
    }

    /** By signal; one that has no sample any more is missing. */
    static Map<Integer, Found> of(
            Connection connection, String vin, int tenant, Set<Integer> signals)
            throws SQLException {
        NewestSamples newest = new NewestSamples();
        if (!signals.isEmpty()) {
            newest.searchSlices(connection, vin, tenant, signals);
            newest.searchBatches(connection, vin, tenant, signals);
            // What was moved from batches into slices between the two stands in these now.
            newest.searchSlices(connection, vin, tenant, signals);
        }
        return newest.found;
    }

    private void put(int signal, Found sample) {
        found.merge(signal, sample, Found::better);
    }

    /** No slice is longer than twenty minutes, so that what begins earlier holds nothing newer. */
    private void searchSlices(Connection connection, String vin, int tenant, Set<Integer> signals)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select t_from, definition_id, samples from history
                        where vin = ? and signal_id = ? and tenant_id = ?
                            and t_from >= (
                                select max(t_from) - 1200000000 from history
                                where vin = ? and signal_id = ? and tenant_id = ?)
                        """)) {
            for (int signal : signals) {
                statement.setString(1, vin);
                statement.setInt(2, signal);
                statement.setInt(3, tenant);
                statement.setString(4, vin);
                statement.setInt(5, signal);
                statement.setInt(6, tenant);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        SliceColumns columns =
                                SliceColumns.unpack(rows.getBytes(3), rows.getLong(1));
                        put(signal, lastOf(columns, rows.getInt(2)));
                    }
                }
            }
        }
    }

    private static Found lastOf(SliceColumns columns, int definition) {
        Run run = columns.runs().getLast();
        int last = columns.count() - 1;
        return new Found(
                definition,
                new SampleKey(columns.lastUs(), run.boot(), run.seq(), columns.place()[last]),
                run.receivedUs(),
                columns.raw()[last],
                columns.quality()[last],
                run.late());
    }

    private void searchBatches(Connection connection, String vin, int tenant, Set<Integer> signals)
            throws SQLException {
        long oldestUs =
                found.size() < signals.size()
                        ? Long.MIN_VALUE
                        : found.values().stream()
                                .mapToLong(sample -> sample.key().tUs())
                                .min()
                                .orElse(Long.MIN_VALUE);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select t_from, boot, seq, recv_us, late, samples from recent
                        where vin = ? and tenant_id = ? and t_to >= ?
                        """)) {
            statement.setString(1, vin);
            statement.setInt(2, tenant);
            statement.setLong(3, oldestUs);
            statement.setFetchSize(FETCHED_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    for (BatchColumns.Part part :
                            BatchColumns.unpack(
                                    rows.getBytes(6), rows.getLong(1), signals::contains)) {
                        put(part.signal(), lastOf(rows, part));
                    }
                }
            }
        }
    }

    private static Found lastOf(ResultSet row, BatchColumns.Part part) throws SQLException {
        SignalColumns columns = part.columns();
        int last = columns.count() - 1;
        return new Found(
                part.definition(),
                new SampleKey(
                        columns.lastUs(), row.getLong(2), row.getLong(3), columns.place()[last]),
                row.getLong(4),
                columns.raw()[last],
                columns.quality()[last],
                row.getBoolean(5));
    }
}
