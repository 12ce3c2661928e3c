package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.sample.BootIntake;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.slice.Buckets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what {@link SampleTables} wrote. Thread-safe. */
public final class SampleQueries implements SampleArchive {

    private final Database database;
    private final TenantNumbers tenants;

    public SampleQueries(Database database) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
    }

    @Override
    public List<Sample> latest(
            TenantId tenant,
            Vin vin,
            @Nullable String after,
            Set<String> names,
            String prefix,
            int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle -> {
            Connection connection = handle.getConnection();
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            select s.name, d.unit, d.factor, d.physical_offset, d.is_real,
                                d.is_unsigned64, d.catalogue, d.position, l.t_us, l.boot,
                                l.seq, l.place, l.recv_us, l.raw, l.quality, l.late
                            from latest l
                            join signal s on s.id = l.signal_id
                            join signal_definition d on d.id = l.definition_id
                            where l.vin = ? and l.tenant_id = ? and s.name > ?
                                and starts_with(s.name, ?) and (? or s.name = any (?))
                            order by s.name limit ?
                            """)) {
                statement.setString(1, vin.value());
                statement.setInt(2, asking);
                statement.setString(3, after == null ? "" : after);
                statement.setString(4, prefix);
                statement.setBoolean(5, names.isEmpty());
                statement.setArray(6, connection.createArrayOf("text", names.toArray()));
                statement.setInt(7, limit);
                return readLatest(statement);
            }
        });
    }

    @Override
    public Map<Vin, List<Sample>> latest(TenantId tenant, Map<Vin, Set<String>> names) {
        int asking = tenants.of(tenant);
        Set<String> all = new TreeSet<>();
        names.values().forEach(all::addAll);
        return database.transaction(handle -> {
            Connection connection = handle.getConnection();
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            select s.name, d.unit, d.factor, d.physical_offset, d.is_real,
                                d.is_unsigned64, d.catalogue, d.position, l.t_us, l.boot,
                                l.seq, l.place, l.recv_us, l.raw, l.quality, l.late, l.vin
                            from latest l
                            join signal s on s.id = l.signal_id
                            join signal_definition d on d.id = l.definition_id
                            where l.vin = any (?) and l.tenant_id = ?
                                and l.signal_id in (select id from signal where name = any (?))
                            order by l.vin, s.name
                            """)) {
                Object[] vins = names.keySet().stream().map(Vin::value).toArray();
                statement.setArray(1, connection.createArrayOf("text", vins));
                statement.setInt(2, asking);
                statement.setArray(3, connection.createArrayOf("text", all.toArray()));
                return readLatest(statement, names);
            }
        });
    }

    @Override
    public Set<String> names(TenantId tenant, Vin vin) {
        int asking = tenants.of(tenant);
        return database.transaction(handle -> {
            try (PreparedStatement statement =
                    handle.getConnection()
                            .prepareStatement(
                                    """
                                    select s.name from latest l
                                    join signal s on s.id = l.signal_id
                                    where l.vin = ? and l.tenant_id = ?
                                    """)) {
                statement.setString(1, vin.value());
                statement.setInt(2, asking);
                Set<String> names = new LinkedHashSet<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        names.add(rows.getString(1));
                    }
                }
                return names;
            }
        });
    }

    @Override
    public List<Sample> history(
            TenantId tenant,
            Vin vin,
            Set<String> names,
            long fromUs,
            long toUs,
            @Nullable SampleKey after,
            int limit) {
        int asking = tenants.of(tenant);
        return oneView(connection -> {
            Set<Integer> signals = Set.copyOf(Definitions.signals(connection, names).values());
            StoredRange range = new StoredRange(asking, vin, signals, fromUs, toUs);
            return signals.isEmpty()
                    ? List.of()
                    : HistoryMerge.read(connection, range, after, limit);
        });
    }

    @Override
    public Buckets buckets(
            TenantId tenant, Vin vin, String name, long fromUs, long lengthUs, int number) {
        int asking = tenants.of(tenant);
        return oneView(connection -> {
            Buckets buckets = new Buckets(fromUs, lengthUs, number);
            Set<Integer> signals =
                    Set.copyOf(Definitions.signals(connection, Set.of(name)).values());
            long toUs = fromUs + lengthUs * number;
            if (!signals.isEmpty()) {
                HistoryBuckets.fill(
                        connection, new StoredRange(asking, vin, signals, fromUs, toUs), buckets);
            }
            return buckets;
        });
    }

    /** All statements see the same: a sample that is being joined is seen once. */
    private <T> T oneView(Reading<T> reading) {
        return database.transaction(handle -> {
            Connection connection = handle.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set transaction isolation level repeatable read, read only");
            }
            return reading.of(connection);
        });
    }

    /** What is read with a connection. */
    @FunctionalInterface
    private interface Reading<T> {
        T of(Connection connection) throws SQLException;
    }

    @Override
    public List<BootIntake> intake(TenantId tenant, Vin vin, int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle -> {
            try (PreparedStatement statement =
                    handle.getConnection()
                            .prepareStatement(
                                    """
                                    select boot, highest_seq, batches, late_batches, frames,
                                        unknown_frames, unknown_multiplexers, samples,
                                        first_recv_us, last_recv_us
                                    from intake where vin = ? and tenant_id = ?
                                    order by last_recv_us desc, boot limit ?
                                    """)) {
                statement.setString(1, vin.value());
                statement.setInt(2, asking);
                statement.setInt(3, limit);
                return readIntake(statement);
            }
        });
    }

    /** From columns name, unit, factor, offset, real, unsigned64, catalogue, position. */
    static SignalDefinition definitionOf(ResultSet row) throws SQLException {
        return new SignalDefinition(
                row.getString(1),
                row.getString(2),
                row.getDouble(3),
                row.getDouble(4),
                row.getBoolean(5),
                row.getBoolean(6),
                row.getString(7),
                row.getInt(8));
    }

    private static List<Sample> readLatest(PreparedStatement statement) throws SQLException {
        List<Sample> samples = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                samples.add(latestOf(rows));
            }
        }
        return samples;
    }

    private static Map<Vin, List<Sample>> readLatest(
            PreparedStatement statement, Map<Vin, Set<String>> names) throws SQLException {
        Map<Vin, List<Sample>> samples = new LinkedHashMap<>();
        names.keySet().forEach(vin -> samples.put(vin, new ArrayList<>()));
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Vin vin = Vin.of(rows.getString(17));
                if (names.getOrDefault(vin, Set.of()).contains(rows.getString(1))) {
                    samples.computeIfAbsent(vin, _ -> new ArrayList<>()).add(latestOf(rows));
                }
            }
        }
        return samples;
    }

    private static Sample latestOf(ResultSet row) throws SQLException {
        return new Sample(
                definitionOf(row),
                new SampleKey(row.getLong(9), row.getLong(10), row.getLong(11), row.getInt(12)),
                row.getLong(13),
                row.getLong(14),
                Quality.of(row.getInt(15)),
                row.getBoolean(16));
    }

    private static List<BootIntake> readIntake(PreparedStatement statement) throws SQLException {
        List<BootIntake> boots = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                boots.add(
                        new BootIntake(
                                rows.getLong(1),
                                rows.getLong(2),
                                rows.getLong(3),
                                rows.getLong(4),
                                rows.getLong(5),
                                rows.getLong(6),
                                rows.getLong(7),
                                rows.getLong(8),
                                rows.getLong(9),
                                rows.getLong(10)));
            }
        }
        return boots;
    }
}
