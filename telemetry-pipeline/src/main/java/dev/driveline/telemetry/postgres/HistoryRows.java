package dev.driveline.telemetry.postgres;

import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.SliceColumns;
import dev.driveline.telemetry.slice.SliceSummary;
import java.sql.Connection;
import java.sql.SQLException;

/** Slices of one vehicle on their way into table {@code history}. Not thread-safe. */
final class HistoryRows {

    private static final String COLUMNS =
            "history (vin, signal_id, t_from, definition_id, compaction, part, tenant_id, t_to,"
                    + " sample_count, summary, samples)";
    private static final int COLUMN_COUNT = 11;

    private final String vin;
    private final int tenant;
    private final int compaction;
    private final CopyRows rows = new CopyRows(COLUMN_COUNT, 1 << 16);
    private int count;

    /**
     * @param compaction of the sequence of that name: no two writings have the same
     */
    HistoryRows(String vin, int tenant, int compaction) {
        this.vin = vin;
        this.tenant = tenant;
        this.compaction = compaction;
    }

    /**
     * Adds a slice with its summary.
     *
     * @param part another for each slice of one signal, definition and first time
     */
    void add(
            int signal,
            int definitionId,
            int part,
            SignalDefinition definition,
            SliceColumns columns) {
        rows.row()
                .text(vin)
                .int4(signal)
                .int8(columns.firstUs())
                .int4(definitionId)
                .int4(compaction)
                .int4(part)
                .int4(tenant)
                .int8(columns.lastUs())
                .int4(columns.count())
                .bytes(SliceSummary.pack(columns, definition))
                .bytes(columns.pack(definition.real()));
        count++;
    }

    /** Writes them; returns their number. */
    int copyInto(Connection connection) throws SQLException {
        if (count > 0) {
            rows.copyInto(connection, COLUMNS);
        }
        return count;
    }
}
