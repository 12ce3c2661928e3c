package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.telemetry.sample.SignalChunk;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.trip.Clues;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Writes table {@code leg_mark}: which vehicles have new clues, and since when, in the transaction
 * that stores them. One thread.
 */
final class LegMarks {

    /** A clock further ahead than this is wrong, and no trip is found by it. */
    private static final long MAX_AHEAD_US = TimeUnit.DAYS.toMicros(1);

    private final Clues clues;

    LegMarks(Clues clues) {
        this.clues = clues;
    }

    private record Target(String vin, int tenant) implements Comparable<Target> {
        private static final Comparator<Target> ORDER =
                Comparator.comparing(Target::vin).thenComparingInt(Target::tenant);

        @Override
        public int compareTo(Target other) {
            return ORDER.compare(this, other);
        }
    }

    private record Span(long fromUs, long toUs) {
        Span with(Span other) {
            return new Span(Math.min(fromUs, other.fromUs), Math.max(toUs, other.toUs));
        }
    }

    private record Source(TenantId tenant, String catalogue) {}

    void add(Connection connection, TenantNumbers tenants, List<StoredBatch> batches)
            throws SQLException {
        // In order of VINs, so that two writers never wait for each other crosswise.
        Map<Target, Span> marks = new TreeMap<>();
        Map<Source, Set<String>> names = new HashMap<>();
        for (StoredBatch batch : batches) {
            TenantId tenant = batch.tenant();
            if (tenant == null) {
                continue;
            }
            Set<String> telling =
                    names.computeIfAbsent(
                            new Source(tenant, batch.batch().getCatalogue()),
                            source -> clues.of(source.tenant(), source.catalogue()).keySet());
            for (SignalChunk chunk : batch.chunks()) {
                long lastUs = chunk.columns().lastUs();
                if (telling.contains(chunk.definition().name())
                        && lastUs <= batch.batch().getRecvUs() + MAX_AHEAD_US) {
                    marks.merge(
                            new Target(batch.vin().value(), tenants.of(tenant)),
                            new Span(chunk.columns().firstUs(), lastUs),
                            Span::with);
                }
            }
        }
        if (!marks.isEmpty()) {
            write(connection, marks);
        }
    }

    private static void write(Connection connection, Map<Target, Span> marks) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into leg_mark as m (vin, tenant_id, new_us, newest_us, first_at,
                            last_at)
                        values (?, ?, ?, ?, now(), now())
                        on conflict (vin, tenant_id) do update set
                            new_us = least(m.new_us, excluded.new_us),
                            newest_us = greatest(m.newest_us, excluded.newest_us),
                            first_at = coalesce(m.first_at, excluded.first_at),
                            last_at = excluded.last_at
                        """)) {
            for (var mark : marks.entrySet()) {
                statement.setString(1, mark.getKey().vin());
                statement.setInt(2, mark.getKey().tenant());
                statement.setLong(3, mark.getValue().fromUs());
                statement.setLong(4, mark.getValue().toUs());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
