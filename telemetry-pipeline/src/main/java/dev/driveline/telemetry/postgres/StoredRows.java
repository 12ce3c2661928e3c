package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.BatchColumns;
import dev.driveline.telemetry.slice.Run;
import dev.driveline.telemetry.slice.SliceColumns;
import dev.driveline.telemetry.slice.Slices;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rows of {@code history} or {@code recent} in the order of their first time, unpacked one by one;
 * always one ahead. One thread, within a transaction.
 */
final class StoredRows implements AutoCloseable {

    private static final int FETCHED_ROWS = 32;

    private final PreparedStatement statement;
    private final ResultSet rows;
    private final Unpacking unpacking;
    private boolean more;
    private long fromUs;

    private StoredRows(PreparedStatement statement, Unpacking unpacking) throws SQLException {
        this.statement = statement;
        this.unpacking = unpacking;
        statement.setFetchSize(FETCHED_ROWS);
        this.rows = statement.executeQuery();
        advance();
    }

    /** Samples of one signal in order, and what their raw values mean. */
    record Stretch(SignalDefinition definition, SliceColumns columns) {}

    /** Makes stretches of the row that the result set stands on. */
    @FunctionalInterface
    private interface Unpacking {
        List<Stretch> of(ResultSet row) throws SQLException;
    }

    /** The slices of one signal that can hold a sample of the range. */
    static StoredRows slices(
            Connection connection,
            StoredRange range,
            int signal,
            Map<Integer, SignalDefinition> definitions)
            throws SQLException {
        PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select t_from, definition_id, samples from history
                        where vin = ? and signal_id = ? and tenant_id = ?
                            and t_from >= ? and t_from < ? and t_to >= ?
                        order by t_from
                        """);
        statement.setString(1, range.vin().value());
        statement.setInt(2, signal);
        statement.setInt(3, range.tenant());
        statement.setLong(4, earliestUs(range));
        statement.setLong(5, range.toUs());
        statement.setLong(6, range.fromUs());
        return new StoredRows(
                statement,
                row ->
                        List.of(
                                new Stretch(
                                        requireNonNull(definitions.get(row.getInt(2))),
                                        SliceColumns.unpack(row.getBytes(3), row.getLong(1)))));
    }

    /** The batches not yet joined that can hold a sample of the range. */
    static StoredRows batches(
            Connection connection, StoredRange range, Map<Integer, SignalDefinition> definitions)
            throws SQLException {
        PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select t_from, boot, seq, recv_us, late, samples from recent
                        where vin = ? and tenant_id = ? and slice >= ? and slice <= ?
                            and t_from < ? and t_to >= ?
                        order by t_from
                        """);
        statement.setString(1, range.vin().value());
        statement.setInt(2, range.tenant());
        statement.setInt(3, Slices.of(range.fromUs() - BatchLimits.MAX_SPAN_US));
        statement.setInt(4, Slices.of(range.toUs()));
        statement.setLong(5, range.toUs());
        statement.setLong(6, range.fromUs());
        return new StoredRows(statement, row -> batch(row, range, definitions));
    }

    private static List<Stretch> batch(
            ResultSet row, StoredRange range, Map<Integer, SignalDefinition> definitions)
            throws SQLException {
        List<Stretch> stretches = new ArrayList<>();
        for (BatchColumns.Part part :
                BatchColumns.unpack(row.getBytes(6), row.getLong(1), range.signals()::contains)) {
            var columns = part.columns();
            Run run =
                    new Run(
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getBoolean(5),
                            columns.count());
            stretches.add(
                    new Stretch(
                            requireNonNull(definitions.get(part.definition())),
                            new SliceColumns(
                                    List.of(run),
                                    columns.tUs(),
                                    columns.place(),
                                    columns.raw(),
                                    columns.quality())));
        }
        return stretches;
    }

    /** A slice begins no earlier than this before a sample in it. */
    static long earliestUs(StoredRange range) {
        return range.fromUs() - Slices.LENGTH_US - BatchLimits.MAX_SPAN_US;
    }

    boolean hasNext() {
        return more;
    }

    /** When the next row's first sample is. */
    long nextFromUs() {
        return fromUs;
    }

    List<Stretch> take() throws SQLException {
        List<Stretch> stretches = unpacking.of(rows);
        advance();
        return stretches;
    }

    private void advance() throws SQLException {
        more = rows.next();
        if (more) {
            fromUs = rows.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
