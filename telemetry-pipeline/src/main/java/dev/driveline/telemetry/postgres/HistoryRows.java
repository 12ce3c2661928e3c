package dev.driveline.telemetry.postgres;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.sample.SignalChunk;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.StoredBatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Writes table {@code history}: a row a signal and batch. */
final class HistoryRows {

    private static final String COLUMNS =
            "(vin, signal_id, t_from, boot, seq, definition_id, t_to, recv_us, sample_count, late,"
                    + " samples)";
    private static final int COLUMN_COUNT = 11;
    private static final int USUAL_ROW_BYTES = 256;

    private HistoryRows() {}

    /**
     * Copies all chunks; returns the number of their samples.
     *
     * @param again rows may be there already and stay as they are
     */
    static long copy(
            Connection connection,
            SignalDictionary dictionary,
            List<StoredBatch> batches,
            boolean again)
            throws SQLException {
        int chunks = batches.stream().mapToInt(batch -> batch.chunks().size()).sum();
        CopyRows rows = new CopyRows(COLUMN_COUNT, chunks * USUAL_ROW_BYTES);
        long samples = 0;
        for (StoredBatch batch : batches) {
            for (SignalChunk chunk : batch.chunks()) {
                add(rows, dictionary.ids(chunk.definition()), batch, chunk);
                samples += chunk.columns().count();
            }
        }
        if (rows.isEmpty()) {
            return 0;
        }
        if (!again) {
            rows.copyInto(connection, "history " + COLUMNS);
            return samples;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("create temporary table history_again (like history) on commit drop");
            rows.copyInto(connection, "history_again " + COLUMNS);
            statement.execute(
                    "insert into history select * from history_again on conflict do nothing");
        }
        return samples;
    }

    private static void add(
            CopyRows rows, SignalDictionary.Ids ids, StoredBatch batch, SignalChunk chunk) {
        SampleBatch source = batch.batch();
        SignalColumns columns = chunk.columns();
        rows.row()
                .text(batch.vin().value())
                .int4(ids.signal())
                .int8(columns.firstUs())
                .int8(batch.boot().bits())
                .int8(source.getSeq())
                .int4(ids.definition())
                .int8(columns.lastUs())
                .int8(source.getRecvUs())
                .int4(columns.count())
                .bool(source.getLate())
                .bytes(columns.pack(chunk.definition().real()));
    }
}
