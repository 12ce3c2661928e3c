package dev.driveline.telemetry.postgres;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.sample.SignalChunk;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.slice.BatchColumns;
import dev.driveline.telemetry.slice.Slices;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Writes table {@code recent}: a row a batch. */
final class RecentRows {

    private static final String COLUMNS =
            "(vin, slice, boot, seq, tenant_id, t_from, t_to, recv_us, late, sample_count, samples)";
    private static final int COLUMN_COUNT = 11;
    private static final int USUAL_ROW_BYTES = 8_192;

    private RecentRows() {}

    /**
     * Copies all batches that hold samples; returns the number of their samples.
     *
     * @param again rows may be there already and stay as they are
     */
    static long copy(
            Connection connection,
            SignalDictionary dictionary,
            TenantNumbers tenants,
            List<StoredBatch> batches,
            boolean again)
            throws SQLException {
        CopyRows rows = new CopyRows(COLUMN_COUNT, batches.size() * USUAL_ROW_BYTES);
        long samples = 0;
        for (StoredBatch batch : batches) {
            if (!batch.chunks().isEmpty()) {
                add(rows, dictionary, tenants.of(batch.tenant()), batch);
                samples += batch.batch().getIdxCount();
            }
        }
        if (rows.isEmpty()) {
            return 0;
        }
        if (!again) {
            rows.copyInto(connection, "recent " + COLUMNS);
            return samples;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "create temporary table recent_again (like recent including defaults)"
                            + " on commit drop");
            rows.copyInto(connection, "recent_again " + COLUMNS);
            statement.execute(
                    "insert into recent select * from recent_again on conflict do nothing");
        }
        return samples;
    }

    private static void add(
            CopyRows rows, SignalDictionary dictionary, int tenant, StoredBatch stored) {
        SampleBatch batch = stored.batch();
        long fromUs = Long.MAX_VALUE;
        long toUs = Long.MIN_VALUE;
        for (SignalChunk chunk : stored.chunks()) {
            fromUs = Math.min(fromUs, chunk.columns().firstUs());
            toUs = Math.max(toUs, chunk.columns().lastUs());
        }
        BatchColumns all = new BatchColumns(fromUs);
        for (SignalChunk chunk : stored.chunks()) {
            SignalDictionary.Ids ids = dictionary.ids(chunk.definition());
            SignalColumns columns = chunk.columns();
            all.add(ids.signal(), ids.definition(), columns, chunk.definition().real());
        }
        rows.row()
                .text(stored.vin().value())
                .int4(Slices.of(fromUs))
                .int8(stored.boot().bits())
                .int8(batch.getSeq())
                .int4(tenant)
                .int8(fromUs)
                .int8(toUs)
                .int8(batch.getRecvUs())
                .bool(batch.getLate())
                .int4(batch.getIdxCount())
                .bytes(all.pack());
    }
}
