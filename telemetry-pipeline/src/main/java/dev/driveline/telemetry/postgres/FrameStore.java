package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.batch.BatchHead;
import dev.driveline.telemetry.batch.BatchReader;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.batch.Reading;
import dev.driveline.telemetry.frame.RawBatch;
import dev.driveline.telemetry.intake.Placement;
import dev.driveline.telemetry.postgres.HistoryPartitions.Partition;
import dev.driveline.telemetry.retention.Retention;
import dev.driveline.telemetry.sequence.BootProgress;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes tables {@code frame} and {@code frame_boot}: batches as they came, each once, placed in
 * time by the same rules as their samples. Storing the same records again changes nothing. One
 * thread.
 */
public final class FrameStore {

    private static final Logger LOG = LoggerFactory.getLogger(FrameStore.class);

    private final Database database;
    private final Retention days;
    private final TenantNumbers tenants;
    private final HistoryPartitions partitions;
    private final Clock clock;
    private final Counter stored;
    private final Counter bytes;

    public FrameStore(Database database, Retention days, Clock clock, MeterRegistry metrics) {
        this.database = database;
        this.days = days;
        this.tenants = new TenantNumbers(database);
        this.partitions = new HistoryPartitions(database, "frame");
        this.clock = clock;
        this.stored = metrics.counter("telemetry.frames.kept");
        this.bytes = metrics.counter("telemetry.frames.kept.bytes");
    }

    private record Boot(String vin, long boot) implements Comparable<Boot> {
        private static final Comparator<Boot> ORDER =
                Comparator.comparing(Boot::vin).thenComparingLong(Boot::boot);

        @Override
        public int compareTo(Boot other) {
            return ORDER.compare(this, other);
        }
    }

    private record Usable(RawBatch raw, CanFrames frames) {
        Boot boot() {
            return new Boot(raw.vin().value(), frames.head().boot().bits());
        }
    }

    private record Row(
            Usable batch, Placement placement, int tenant, boolean packed, byte[] value) {
        Partition partition() {
            return Partition.of(tenant, placement.t0Us());
        }
    }

    /** Stores those of tenants who keep frames, in their order. */
    public void append(List<RawBatch> batches) {
        Map<TenantId, Integer> kept = new HashMap<>();
        List<Usable> usable = new ArrayList<>();
        for (RawBatch batch : batches) {
            int daysKept = kept.computeIfAbsent(batch.tenant(), tenant -> days.of(tenant).days());
            if (daysKept > 0 && BatchReader.read(batch.value()) instanceof Reading.Usable read) {
                usable.add(new Usable(batch, read.frames()));
            }
        }
        if (usable.isEmpty()) {
            return;
        }
        tenants.learn(kept.keySet());
        List<Row> rows;
        try {
            rows = database.transaction(handle -> append(handle.getConnection(), usable, kept));
        } catch (RuntimeException failed) {
            partitions.forget();
            throw failed;
        }
        for (Row row : rows) {
            stored.increment(row.batch().frames().count());
            bytes.increment(row.value().length);
        }
    }

    private List<Row> append(
            Connection connection, List<Usable> batches, Map<TenantId, Integer> kept)
            throws SQLException {
        Map<Boot, BootProgress> boots = progress(connection, batches);
        List<Row> rows = new ArrayList<>();
        Set<Boot> touched = new HashSet<>();
        for (Usable batch : batches) {
            BatchHead head = batch.frames().head();
            BootProgress boot = requireNonNull(boots.get(batch.boot()));
            if (boot.seen().contains(head.seq())) {
                continue;
            }
            long receivedUs = batch.raw().receivedUs();
            Placement placement = Placement.of(batch.frames(), receivedUs, boot.clockOffsetUs());
            boots.put(batch.boot(), placement.after(boot, head, receivedUs));
            touched.add(batch.boot());
            TenantId tenant = batch.raw().tenant();
            long oldestUs =
                    TimeUnit.DAYS.toMicros(today().toEpochDay() - requireNonNull(kept.get(tenant)));
            if (placement.t0Us() >= oldestUs) {
                rows.add(rowOf(batch, placement, tenants.of(tenant)));
            }
        }
        rows.stream().map(Row::partition).distinct().forEach(partitions::ensure);
        insert(connection, rows);
        remember(connection, boots, touched);
        return rows;
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static Row rowOf(Usable batch, Placement placement, int tenant) throws SQLException {
        byte[] value = batch.raw().value();
        boolean plain = isPlain(value);
        return new Row(batch, placement, tenant, plain, plain ? Compression.pack(value) : value);
    }

    private static boolean isPlain(byte[] value) throws SQLException {
        try {
            return CanBatch.parseFrom(value).getCodec() == Codec.CODEC_NONE;
        } catch (InvalidProtocolBufferException impossible) {
            throw new SQLException("a batch that was read cannot be read", impossible);
        }
    }

    /** Locks the rows, so that of two who have the same records one finds them stored. */
    private static Map<Boot, BootProgress> progress(Connection connection, List<Usable> batches)
            throws SQLException {
        Map<Boot, BootProgress> boots = new TreeMap<>();
        batches.forEach(batch -> boots.put(batch.boot(), BootProgress.none()));
        Object[] vins = boots.keySet().stream().map(Boot::vin).toArray();
        Object[] numbers = boots.keySet().stream().map(Boot::boot).toArray();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into frame_boot (vin, boot, progress, touched_us)
                        select vin, boot, ?, 0 from unnest(?::text[], ?::bigint[]) as t (vin, boot)
                        on conflict (vin, boot) do nothing
                        """)) {
            statement.setBytes(1, BootProgress.none().toBytes());
            statement.setArray(2, connection.createArrayOf("text", vins));
            statement.setArray(3, connection.createArrayOf("bigint", numbers));
            statement.executeUpdate();
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select b.vin, b.boot, b.progress from frame_boot b
                        join unnest(?::text[], ?::bigint[]) as t (vin, boot)
                            on b.vin = t.vin and b.boot = t.boot
                        order by b.vin, b.boot for update of b
                        """)) {
            statement.setArray(1, connection.createArrayOf("text", vins));
            statement.setArray(2, connection.createArrayOf("bigint", numbers));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    boots.put(
                            new Boot(rows.getString(1), rows.getLong(2)),
                            BootProgress.fromBytes(requireNonNull(rows.getBytes(3))));
                }
            }
        }
        return boots;
    }

    private static void insert(Connection connection, List<Row> rows) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into frame (vin, t_from, boot, seq, tenant_id, t_to, recv_us,
                            frame_count, packed, batch)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        on conflict do nothing
                        """)) {
            for (Row row : rows) {
                BatchHead head = row.batch().frames().head();
                statement.setString(1, row.batch().raw().vin().value());
                statement.setLong(2, row.placement().t0Us());
                statement.setLong(3, head.boot().bits());
                statement.setLong(4, head.seq());
                statement.setInt(5, row.tenant());
                statement.setLong(6, row.placement().endUs());
                statement.setLong(7, row.batch().raw().receivedUs());
                statement.setInt(8, row.batch().frames().count());
                statement.setBoolean(9, row.packed());
                statement.setBytes(10, row.value());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void remember(
            Connection connection, Map<Boot, BootProgress> boots, Set<Boot> touched)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        update frame_boot set progress = ?, touched_us = ?
                        where vin = ? and boot = ?
                        """)) {
            for (var entry : boots.entrySet()) {
                if (touched.contains(entry.getKey())) {
                    statement.setBytes(1, entry.getValue().toBytes());
                    statement.setLong(2, entry.getValue().touchedMs() * 1_000);
                    statement.setString(3, entry.getKey().vin());
                    statement.setLong(4, entry.getKey().boot());
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
    }

    /** Drops days that are older than their tenants keep, and forgets silent boots. */
    public void dropOutdated() {
        Map<Integer, TenantId> all =
                database.transaction(handle ->
                        handle
                                .createQuery("select id, name from tenant")
                                .map((row, _) ->
                                        Map.entry(row.getInt(1), TenantId.of(row.getString(2))))
                                .list()
                                .stream()
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        all.forEach((number, tenant) -> {
            int kept = days.of(tenant).days();
            long firstKept = kept == 0 ? Long.MAX_VALUE : today().toEpochDay() - kept;
            for (Partition partition : partitions.before(number, firstKept)) {
                partitions.drop(partition);
                LOG.atInfo()
                        .setMessage("frames dropped")
                        .addKeyValue("tenant", tenant)
                        .addKeyValue("day", LocalDate.ofEpochDay(partition.day()))
                        .log();
            }
        });
        long silentUs = (clock.millis() - BootProgress.KEPT_MS) * 1_000;
        database.run(
                handle -> handle.execute("delete from frame_boot where touched_us < ?", silentUs));
    }
}
