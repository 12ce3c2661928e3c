package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.batch.BatchReader;
import dev.driveline.telemetry.batch.Reading;
import dev.driveline.telemetry.frame.FrameArchive;
import dev.driveline.telemetry.frame.FrameBatch;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads table {@code frame}. Thread-safe. */
public final class FrameTable implements FrameArchive {

    /** More than a topic takes, so that what was stored can be read. */
    private static final int MAX_BATCH_BYTES = 2 * 1024 * 1024;

    private final Database database;
    private final TenantNumbers tenants;

    public FrameTable(Database database) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
    }

    @Override
    public List<FrameBatch> batches(
            TenantId tenant,
            Vin vin,
            long fromUs,
            long toUs,
            FrameBatch.@Nullable Place from,
            int limit) {
        int asking = tenants.of(tenant);
        long earliestUs = Math.max(0, fromUs - BatchLimits.MAX_SPAN_US);
        return database.transaction(handle -> {
            try (PreparedStatement statement =
                    handle.getConnection()
                            .prepareStatement(
                                    """
                                    select t_from, packed, batch, recv_us from frame
                                    where vin = ? and tenant_id = ? and t_from >= ?
                                        and t_from < ? and t_to >= ?
                                        and (t_from, boot, seq) >= (?, ?, ?)
                                    order by t_from, boot, seq limit ?
                                    """)) {
                statement.setString(1, vin.value());
                statement.setInt(2, asking);
                statement.setLong(3, from == null ? earliestUs : Math.max(earliestUs, from.t0Us()));
                statement.setLong(4, toUs);
                statement.setLong(5, fromUs);
                statement.setLong(6, from == null ? Long.MIN_VALUE : from.t0Us());
                statement.setLong(7, from == null ? Long.MIN_VALUE : from.boot());
                statement.setLong(8, from == null ? Long.MIN_VALUE : from.seq());
                statement.setInt(9, limit);
                return read(statement);
            }
        });
    }

    private static List<FrameBatch> read(PreparedStatement statement) throws SQLException {
        List<FrameBatch> batches = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                byte[] stored = requireNonNull(rows.getBytes(3));
                byte[] value =
                        rows.getBoolean(2) ? Compression.unpack(stored, MAX_BATCH_BYTES) : stored;
                switch (BatchReader.read(value)) {
                    case Reading.Usable usable ->
                            batches.add(
                                    new FrameBatch(
                                            rows.getLong(1), rows.getLong(4), usable.frames()));
                    case Reading.Refused refused ->
                            throw new IllegalStateException(
                                    "a stored batch is "
                                            + refused.reason()
                                            + ": "
                                            + refused.detail());
                }
            }
        }
        return batches;
    }
}
