package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.Buckets;
import dev.driveline.telemetry.slice.SliceColumns;
import dev.driveline.telemetry.slice.SliceSummary;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/** Sums up one signal's samples, from summaries where the buckets are of whole minutes. */
final class HistoryBuckets {

    private static final int FETCHED_ROWS = 1_000;

    private HistoryBuckets() {}

    /** Adds all samples of the range, which has one signal; one thread, within a transaction. */
    static void fill(Connection connection, StoredRange range, Buckets buckets)
            throws SQLException {
        Map<Integer, SignalDefinition> definitions =
                Definitions.ofSignals(connection, range.signals());
        int signal = range.signals().iterator().next();
        if (buckets.isOfWholeMinutes()) {
            addSummaries(connection, range, signal, definitions, buckets);
        } else {
            addAll(StoredRows.slices(connection, range, signal, definitions), buckets);
        }
        addAll(StoredRows.batches(connection, range, definitions), buckets);
    }

    private static void addSummaries(
            Connection connection,
            StoredRange range,
            int signal,
            Map<Integer, SignalDefinition> definitions,
            Buckets buckets)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select definition_id, summary from history
                        where vin = ? and signal_id = ? and tenant_id = ?
                            and t_from >= ? and t_from < ? and t_to >= ?
                        order by t_from
                        """)) {
            statement.setFetchSize(FETCHED_ROWS);
            statement.setString(1, range.vin().value());
            statement.setInt(2, signal);
            statement.setInt(3, range.tenant());
            statement.setLong(4, StoredRows.earliestUs(range));
            statement.setLong(5, range.toUs());
            statement.setLong(6, range.fromUs());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    SignalDefinition definition = requireNonNull(definitions.get(rows.getInt(1)));
                    buckets.unit(definition.unit());
                    SliceSummary.addTo(buckets, rows.getBytes(2), definition);
                }
            }
        }
    }

    private static void addAll(StoredRows rows, Buckets buckets) throws SQLException {
        try (rows) {
            while (rows.hasNext()) {
                for (StoredRows.Stretch stretch : rows.take()) {
                    SliceColumns columns = stretch.columns();
                    SignalDefinition definition = stretch.definition();
                    buckets.unit(definition.unit());
                    for (int i = 0; i < columns.count(); i++) {
                        buckets.add(
                                columns.tUs()[i],
                                columns.raw()[i],
                                columns.quality()[i],
                                definition);
                    }
                }
            }
        }
    }
}
