package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.TenantId;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.SampleStore;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.sequence.GapChange;
import dev.driveline.telemetry.trip.Clues;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes samples: the batch as it came, latest values, intake counts and the offset in one
 * transaction. One thread.
 *
 * <p>The offset rows are locked first and compared: a writer that lost a partition finds another
 * offset than its own and stores nothing.
 */
public final class SampleTables implements SampleStore {

    private static final Logger LOG = LoggerFactory.getLogger(SampleTables.class);
    private static final String UNIQUE_VIOLATION = "23505";

    private final Database database;
    private final SignalDictionary dictionary;
    private final TenantNumbers tenants;
    private final PositionRows positions;
    private final LegMarks legs;

    /**
     * @param mappings say which signals tell where a vehicle is, and of its trips
     */
    public SampleTables(Database database, MappingBook mappings) {
        this.database = database;
        this.positions = new PositionRows(mappings);
        this.legs = new LegMarks(new Clues(mappings));
        this.dictionary = new SignalDictionary(database);
        this.tenants = new TenantNumbers(database);
    }

    @Override
    public Map<Integer, Long> nextOffsets(Collection<Integer> partitions) {
        return database.transaction(handle -> {
            Connection connection = handle.getConnection();
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            insert into store_offset (topic_partition, next_offset)
                            select unnest(?::integer[]), 0
                            on conflict (topic_partition) do nothing
                            """)) {
                statement.setArray(1, integers(connection, partitions));
                statement.executeUpdate();
            }
            return readOffsets(connection, partitions);
        });
    }

    @Override
    public Appended append(List<PartitionSlice> slices) {
        List<StoredBatch> batches = new ArrayList<>();
        Set<SignalDefinition> definitions = new LinkedHashSet<>();
        Set<TenantId> named = new HashSet<>();
        for (PartitionSlice slice : slices) {
            for (StoredBatch batch : slice.batches()) {
                batch.chunks().forEach(chunk -> definitions.add(chunk.definition()));
                batches.add(batch);
                if (batch.tenant() != null) {
                    named.add(batch.tenant());
                }
            }
        }
        dictionary.learn(definitions);
        tenants.learn(named);
        try {
            return database.transaction(
                    handle -> append(handle.getConnection(), slices, batches, false));
        } catch (RuntimeException failed) {
            if (!isUniqueViolation(failed)) {
                throw failed;
            }
            // A batch came again after its boot was forgotten: what is stored already stays.
            LOG.atWarn()
                    .setMessage("batch stored before")
                    .addKeyValue("cause", failed.getMessage())
                    .log();
            return database.transaction(
                    handle -> append(handle.getConnection(), slices, batches, true));
        }
    }

    private Appended append(
            Connection connection,
            List<PartitionSlice> slices,
            List<StoredBatch> batches,
            boolean again)
            throws SQLException {
        Set<Integer> lost = lostPartitions(connection, slices);
        if (!lost.isEmpty()) {
            return new Appended.Fenced(lost);
        }
        long samples = RecentRows.copy(connection, dictionary, tenants, batches, again);
        LatestRows.merge(connection, dictionary, tenants, batches);
        positions.merge(connection, tenants, batches);
        legs.add(connection, tenants, batches);
        GapChange gaps = GapRows.add(connection, tenants, batches);
        IntakeRows.add(connection, tenants, batches);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "update store_offset set next_offset = ? where topic_partition = ?")) {
            for (PartitionSlice slice : slices) {
                statement.setLong(1, slice.nextOffset());
                statement.setInt(2, slice.partition());
                statement.addBatch();
            }
            statement.executeBatch();
        }
        return new Appended.Stored(samples, gaps);
    }

    private static Set<Integer> lostPartitions(Connection connection, List<PartitionSlice> slices)
            throws SQLException {
        List<Integer> partitions =
                slices.stream()
                        .map(PartitionSlice::partition)
                        .sorted(Comparator.naturalOrder())
                        .toList();
        Map<Integer, Long> actual = readOffsets(connection, partitions);
        Set<Integer> lost = new HashSet<>();
        for (PartitionSlice slice : slices) {
            Long offset = actual.get(slice.partition());
            if (offset == null || offset != slice.expectedOffset()) {
                lost.add(slice.partition());
            }
        }
        return lost;
    }

    /** Locks the rows until the transaction ends. */
    private static Map<Integer, Long> readOffsets(
            Connection connection, Collection<Integer> partitions) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select topic_partition, next_offset from store_offset
                        where topic_partition = any (?) order by topic_partition for update
                        """)) {
            statement.setArray(1, integers(connection, partitions));
            Map<Integer, Long> offsets = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    offsets.put(rows.getInt(1), rows.getLong(2));
                }
            }
            return offsets;
        }
    }

    private static java.sql.Array integers(Connection connection, Collection<Integer> numbers)
            throws SQLException {
        return requireNonNull(connection.createArrayOf("integer", numbers.toArray()));
    }

    private static boolean isUniqueViolation(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
