package dev.driveline.telemetry.postgres;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalChunk;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.StoredBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes table {@code latest}: of each signal the sample with the highest key.
 *
 * <p>A late batch whose time is only estimated says nothing about newness: its samples fill empty
 * places only.
 */
final class LatestRows {

    private static final int COLUMN_COUNT = 13;
    private static final int ROW_BYTES = 140;

    private static final String COLUMNS =
            "vin, signal_id, tenant_id, definition_id, t_us, boot, seq, place, recv_us, raw, quality,"
                    + " late";

    private LatestRows() {}

    /** In this order rows are written, so that two writers never wait for each other crosswise. */
    private record Target(String vin, int signal) implements Comparable<Target> {
        private static final Comparator<Target> ORDER =
                Comparator.comparing(Target::vin).thenComparingInt(Target::signal);

        @Override
        public int compareTo(Target other) {
            return ORDER.compare(this, other);
        }
    }

    private record Candidate(
            int tenant,
            int definition,
            SampleKey key,
            long receivedUs,
            long raw,
            byte quality,
            boolean late,
            boolean fillsOnly) {

        Candidate better(Candidate other) {
            if (fillsOnly != other.fillsOnly) {
                return fillsOnly ? other : this;
            }
            return key.compareTo(other.key) >= 0 ? this : other;
        }
    }

    static void merge(
            Connection connection,
            SignalDictionary dictionary,
            TenantNumbers tenants,
            List<StoredBatch> batches)
            throws SQLException {
        Map<Target, Candidate> newest = new TreeMap<>();
        for (StoredBatch batch : batches) {
            boolean late = batch.batch().getLate();
            int tenant = tenants.of(batch.tenant());
            boolean fillsOnly = late && batch.isTimeEstimated();
            for (SignalChunk chunk : batch.chunks()) {
                SignalDictionary.Ids ids = dictionary.ids(chunk.definition());
                newest.merge(
                        new Target(batch.vin().value(), ids.signal()),
                        candidate(batch, chunk, tenant, ids.definition(), fillsOnly),
                        Candidate::better);
            }
        }
        if (!newest.isEmpty()) {
            write(connection, newest);
        }
    }

    /** The last sample of a chunk: its times never descend. */
    private static Candidate candidate(
            StoredBatch stored, SignalChunk chunk, int tenant, int definition, boolean fillsOnly) {
        SampleBatch batch = stored.batch();
        SignalColumns columns = chunk.columns();
        int last = columns.count() - 1;
        return new Candidate(
                tenant,
                definition,
                new SampleKey(
                        columns.lastUs(),
                        stored.boot().bits(),
                        batch.getSeq(),
                        columns.place()[last]),
                batch.getRecvUs(),
                columns.raw()[last],
                columns.quality()[last],
                batch.getLate(),
                fillsOnly);
    }

    /**
     * Deletes those that are out of these batches; returns their signals.
     *
     * @param tenant only of this one
     */
    static Set<Integer> remove(
            Connection connection, String vin, int tenant, Set<StoredRuns.Batch> batches)
            throws SQLException {
        Set<Integer> signals = new TreeSet<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        delete from latest l using unnest(?::bigint[], ?::bigint[]) as t (boot, seq)
                        where l.vin = ? and l.tenant_id = ? and l.boot = t.boot and l.seq = t.seq
                        returning l.signal_id
                        """)) {
            statement.setArray(
                    1, connection.createArrayOf("bigint", StoredRuns.Batch.boots(batches)));
            statement.setArray(
                    2, connection.createArrayOf("bigint", StoredRuns.Batch.seqs(batches)));
            statement.setString(3, vin);
            statement.setInt(4, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    signals.add(rows.getInt(1));
                }
            }
        }
        return signals;
    }

    /** Writes what was found in the store, where it is newer than what stands there. */
    static void merge(
            Connection connection, String vin, int tenant, Map<Integer, NewestSamples.Found> found)
            throws SQLException {
        Map<Target, Candidate> newest = new TreeMap<>();
        found.forEach((signal, sample) ->
                newest.put(
                        new Target(vin, signal),
                        new Candidate(
                                tenant,
                                sample.definition(),
                                sample.key(),
                                sample.receivedUs(),
                                sample.raw(),
                                sample.quality(),
                                sample.late(),
                                sample.fillsOnly())));
        if (!newest.isEmpty()) {
            write(connection, newest);
        }
    }

    private static void write(Connection connection, Map<Target, Candidate> newest)
            throws SQLException {
        CopyRows rows = new CopyRows(COLUMN_COUNT, newest.size() * ROW_BYTES);
        newest.forEach((target, sample) ->
                rows.row()
                        .text(target.vin())
                        .int4(target.signal())
                        .int4(sample.tenant())
                        .int4(sample.definition())
                        .int8(sample.key().tUs())
                        .int8(sample.key().boot())
                        .int8(sample.key().seq())
                        .int4(sample.key().place())
                        .int8(sample.receivedUs())
                        .int8(sample.raw())
                        .int2(sample.quality())
                        .bool(sample.late())
                        .bool(sample.fillsOnly()));
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    create temporary table if not exists latest_candidate
                        (like latest, fills_only boolean) on commit delete rows
                    """);
            rows.copyInto(connection, "latest_candidate (" + COLUMNS + ", fills_only)");
            statement.execute(
                    """
                    insert into latest (%1$s)
                    select %1$s from latest_candidate where not fills_only
                    on conflict (vin, signal_id) do update set
                        tenant_id = excluded.tenant_id,
                        definition_id = excluded.definition_id, t_us = excluded.t_us,
                        boot = excluded.boot, seq = excluded.seq, place = excluded.place,
                        recv_us = excluded.recv_us, raw = excluded.raw,
                        quality = excluded.quality, late = excluded.late
                    where (excluded.t_us, excluded.boot, excluded.seq, excluded.place)
                        > (latest.t_us, latest.boot, latest.seq, latest.place)
                    """
                            .formatted(COLUMNS));
            statement.execute(
                    """
                    insert into latest (%1$s)
                    select %1$s from latest_candidate where fills_only
                    on conflict (vin, signal_id) do nothing
                    """
                            .formatted(COLUMNS));
        }
    }
}
