package dev.driveline.telemetry.postgres;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.sample.BootIntake;
import dev.driveline.telemetry.sample.StoredBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes table {@code intake}: adds each batch to the counts of its boot. */
final class IntakeRows {

    private IntakeRows() {}

    /** One row; a statement must not touch it twice. */
    private record Target(String vin, long boot, int tenant) implements Comparable<Target> {
        private static final Comparator<Target> ORDER =
                Comparator.comparing(Target::vin)
                        .thenComparingLong(Target::boot)
                        .thenComparingInt(Target::tenant);

        @Override
        public int compareTo(Target other) {
            return ORDER.compare(this, other);
        }
    }

    static void add(Connection connection, TenantNumbers tenants, List<StoredBatch> batches)
            throws SQLException {
        Map<Target, BootIntake> counts = new TreeMap<>();
        for (StoredBatch one : batches) {
            BootIntake count = countOf(one);
            counts.merge(
                    new Target(one.vin().value(), count.boot(), tenants.of(one.tenant())),
                    count,
                    BootIntake::plus);
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into intake (vin, boot, highest_seq, batches, late_batches, frames,
                            unknown_frames, unknown_multiplexers, samples, first_recv_us,
                            last_recv_us, tenant_id)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        on conflict (vin, boot) do update set
                            highest_seq = greatest(intake.highest_seq, excluded.highest_seq),
                            batches = intake.batches + excluded.batches,
                            late_batches = intake.late_batches + excluded.late_batches,
                            frames = intake.frames + excluded.frames,
                            unknown_frames = intake.unknown_frames + excluded.unknown_frames,
                            unknown_multiplexers =
                                intake.unknown_multiplexers + excluded.unknown_multiplexers,
                            samples = intake.samples + excluded.samples,
                            first_recv_us = least(intake.first_recv_us, excluded.first_recv_us),
                            last_recv_us = greatest(intake.last_recv_us, excluded.last_recv_us),
                            tenant_id = excluded.tenant_id
                        """)) {
            for (var entry : counts.entrySet()) {
                BootIntake count = entry.getValue();
                statement.setString(1, entry.getKey().vin());
                statement.setLong(2, count.boot());
                statement.setLong(3, count.highestSeq());
                statement.setLong(4, count.batches());
                statement.setLong(5, count.lateBatches());
                statement.setLong(6, count.frames());
                statement.setLong(7, count.unknownFrames());
                statement.setLong(8, count.unknownMultiplexers());
                statement.setLong(9, count.samples());
                statement.setLong(10, count.firstReceivedUs());
                statement.setLong(11, count.lastReceivedUs());
                statement.setInt(12, entry.getKey().tenant());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static BootIntake countOf(StoredBatch stored) {
        SampleBatch batch = stored.batch();
        return new BootIntake(
                stored.boot().bits(),
                batch.getSeq(),
                1,
                batch.getLate() ? 1 : 0,
                batch.getFrames(),
                batch.getUnknownFrames(),
                batch.getUnknownMultiplexers(),
                batch.getIdxCount(),
                batch.getRecvUs(),
                batch.getRecvUs());
    }
}
