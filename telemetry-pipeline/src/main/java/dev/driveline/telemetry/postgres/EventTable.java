package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.event.CodeReport;
import dev.driveline.telemetry.event.Events;
import dev.driveline.telemetry.event.HeardEvent;
import dev.driveline.telemetry.event.StoredEvent;
import dev.driveline.telemetry.event.TroubleCode;
import dev.driveline.telemetry.postgres.HistoryPartitions.Partition;
import dev.driveline.telemetry.retention.Retention;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code vehicle_event} and {@code trouble_code}: each event once, by VIN and id, and with
 * it what it says of trouble codes. Events are kept as long as the tenant's samples. Thread-safe.
 */
public final class EventTable implements Events {

    /**
     * An event without a time of its own is looked for among those of so many days: a vehicle's
     * session, and with it what it sends again, ends after seven.
     */
    private static final int UNDATED_DAYS = 8;

    private final Database database;
    private final TenantNumbers tenants;
    private final HistoryPartitions partitions;
    private final Retention retention;
    private final Clock clock;
    private final Counter stored;
    private final Counter outdated;

    public EventTable(Database database, Retention retention, Clock clock, MeterRegistry metrics) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
        this.partitions = new HistoryPartitions(database, "vehicle_event");
        this.retention = retention;
        this.clock = clock;
        this.stored = metrics.counter("telemetry.events.stored");
        this.outdated = metrics.counter("telemetry.events.outdated");
    }

    private record Placed(HeardEvent event, int tenant) {}

    /** Writes what was heard; what was written before changes nothing. */
    public void take(List<HeardEvent> events) {
        Set<TenantId> named = new HashSet<>();
        events.forEach(event -> {
            if (event.tenant() != null) {
                named.add(event.tenant());
            }
        });
        tenants.learn(named);
        Map<TenantId, Long> oldestUs = new HashMap<>();
        named.forEach(tenant -> oldestUs.put(tenant, oldestUs(tenant)));
        List<Placed> kept = new ArrayList<>();
        Set<Partition> needed = new HashSet<>();
        for (HeardEvent event : events) {
            TenantId tenant = event.tenant();
            if (tenant == null || event.tUs() < oldestUs.getOrDefault(tenant, 0L)) {
                outdated.increment();
                continue;
            }
            Placed placed = new Placed(event, tenants.of(tenant));
            kept.add(placed);
            needed.add(Partition.of(placed.tenant(), event.tUs()));
        }
        needed.forEach(partitions::ensure);
        int written;
        try {
            written =
                    database.transaction(handle -> {
                        int count = 0;
                        for (Placed placed : kept) {
                            count += insert(handle, placed);
                        }
                        return count;
                    });
        } catch (RuntimeException failed) {
            partitions.forget();
            throw failed;
        }
        stored.increment(written);
    }

    private long oldestUs(TenantId tenant) {
        long today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toEpochDay();
        return TimeUnit.DAYS.toMicros(today - retention.of(tenant).days());
    }

    private static int insert(Handle handle, Placed placed) {
        HeardEvent event = placed.event();
        int rows =
                handle.execute(
                        """
                        insert into vehicle_event (vin, t_us, id, tenant_id, type, source, dated,
                            recv_us, data)
                        select ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb
                        where ? or not exists (
                            select from vehicle_event
                            where vin = ? and id = ? and tenant_id = ? and t_us >= ?)
                        on conflict do nothing
                        """,
                        event.vin().value(),
                        event.tUs(),
                        event.id(),
                        placed.tenant(),
                        event.type(),
                        event.source(),
                        event.isDated(),
                        event.receivedUs(),
                        event.data() == null ? null : withoutNul(Json.text(event.data())),
                        event.isDated(),
                        event.vin().value(),
                        event.id(),
                        placed.tenant(),
                        event.receivedUs() - TimeUnit.DAYS.toMicros(UNDATED_DAYS));
        if (rows > 0 && CodeReport.TYPES.contains(event.type())) {
            takeCodes(handle, placed);
        }
        return rows;
    }

    /** PostgreSQL's jsonb has no U+0000. */
    private static String withoutNul(String json) {
        return json.replace("\\u0000", "\\ufffd");
    }

    private static void takeCodes(Handle handle, Placed placed) {
        HeardEvent event = placed.event();
        String vin = event.vin().value();
        Map<TroubleCode.Key, TroubleCode> known = new HashMap<>();
        codes(handle, vin, placed.tenant(), null).forEach(code -> known.put(code.key(), code));
        for (TroubleCode code : CodeReport.of(event.data()).changes(known, event.tUs()).values()) {
            handle.execute(
                    """
                    insert into trouble_code (vin, tenant_id, ecu, protocol, code, status, first_us,
                        last_us, active_us, cleared_us, times_active,
                        freeze_frame)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                    on conflict (vin, tenant_id, ecu, protocol, code) do update set
                        status = excluded.status, first_us = excluded.first_us,
                        last_us = excluded.last_us, active_us = excluded.active_us,
                        cleared_us = excluded.cleared_us, times_active = excluded.times_active,
                        freeze_frame = excluded.freeze_frame
                    """,
                    vin,
                    placed.tenant(),
                    withoutNulText(code.key().ecu()),
                    withoutNulText(code.key().protocol()),
                    withoutNulText(code.key().code()),
                    code.status().name(),
                    code.firstUs(),
                    code.lastUs(),
                    code.activeUs(),
                    code.clearedUs(),
                    code.timesActive(),
                    code.freeze() == null ? null : withoutNul(Json.text(code.freeze())));
        }
    }

    private static String withoutNulText(String text) {
        return text.replace('\0', '\ufffd');
    }

    @Override
    public List<StoredEvent> list(
            TenantId tenant,
            Vin vin,
            List<String> types,
            long fromUs,
            long toUs,
            @Nullable Place after,
            int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select t_us, id, type, source, dated, recv_us, data
                                from vehicle_event
                                where vin = :vin and tenant_id = :tenant
                                    and t_us >= :from and t_us < :to
                                    and (:all or exists (
                                        select from unnest(:types) as asked
                                        where type = asked
                                            or right(asked, 1) = '.' and starts_with(type, asked)))
                                    and (:first or t_us < :afterUs
                                        or t_us = :afterUs and id > :afterId)
                                order by t_us desc, id limit :limit
                                """)
                        .bind("vin", vin.value())
                        .bind("tenant", asking)
                        .bind("from", fromUs)
                        .bind("to", toUs)
                        .bind("all", types.isEmpty())
                        .bindArray("types", String.class, types)
                        .bind("first", after == null)
                        .bind("afterUs", after == null ? 0 : after.tUs())
                        .bind("afterId", after == null ? "" : after.id())
                        .bind("limit", limit)
                        .map((row, _) -> eventOf(row))
                        .list());
    }

    @Override
    public List<StoredEvent> received(
            TenantId tenant,
            Vin vin,
            List<String> types,
            long fromUs,
            long toUs,
            @Nullable StoredEvent after,
            int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select t_us, id, type, source, dated, recv_us, data
                                from vehicle_event
                                where vin = :vin and tenant_id = :tenant and type = any (:types)
                                    and t_us >= :from and t_us < :to
                                    and (:first
                                        or (recv_us, t_us, id) > (:afterRecv, :afterUs, :afterId))
                                order by recv_us, t_us, id limit :limit
                                """)
                        .bind("vin", vin.value())
                        .bind("tenant", asking)
                        .bindArray("types", String.class, types)
                        .bind("from", fromUs)
                        .bind("to", toUs)
                        .bind("first", after == null)
                        .bind("afterRecv", after == null ? 0 : after.receivedUs())
                        .bind("afterUs", after == null ? 0 : after.tUs())
                        .bind("afterId", after == null ? "" : after.id())
                        .bind("limit", limit)
                        .map((row, _) -> eventOf(row))
                        .list());
    }

    private static StoredEvent eventOf(ResultSet row) throws SQLException {
        String data = row.getString("data");
        return new StoredEvent(
                row.getLong("t_us"),
                row.getString("id"),
                row.getString("type"),
                row.getString("source"),
                row.getBoolean("dated"),
                row.getLong("recv_us"),
                data == null ? null : Json.map(data));
    }

    @Override
    public List<TroubleCode> codes(TenantId tenant, Vin vin, TroubleCode.@Nullable Status status) {
        int asking = tenants.of(tenant);
        return database.transaction(handle -> codes(handle, vin.value(), asking, status));
    }

    private static List<TroubleCode> codes(
            Handle handle, String vin, int tenant, TroubleCode.@Nullable Status status) {
        return handle.createQuery(
                        """
                        select * from trouble_code
                        where vin = :vin and tenant_id = :tenant
                            and (:status::text is null or status = :status)
                        order by status <> 'ACTIVE', last_us desc, ecu, protocol, code
                        """)
                .bind("vin", vin)
                .bind("tenant", tenant)
                .bind("status", status == null ? null : status.name())
                .map((row, _) -> codeOf(row))
                .list();
    }

    private static TroubleCode codeOf(ResultSet row) throws SQLException {
        String freeze = row.getString("freeze_frame");
        return new TroubleCode(
                new TroubleCode.Key(
                        row.getString("ecu"), row.getString("protocol"), row.getString("code")),
                TroubleCode.Status.valueOf(row.getString("status")),
                row.getLong("first_us"),
                row.getLong("last_us"),
                row.getObject("active_us", Long.class),
                row.getObject("cleared_us", Long.class),
                row.getInt("times_active"),
                freeze == null ? null : Json.map(freeze));
    }

    /** Drops days that no tenant keeps any more. */
    public void dropOutdated() {
        Map<Integer, TenantId> all = new HashMap<>();
        database.run(handle ->
                handle.createQuery("select id, name from tenant")
                        .map((row, _) -> Map.entry(row.getInt(1), TenantId.of(row.getString(2))))
                        .forEach(entry -> all.put(entry.getKey(), entry.getValue())));
        long today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toEpochDay();
        all.forEach((number, tenant) -> {
            long firstKept = today - retention.of(tenant).days();
            partitions.before(number, firstKept).forEach(partitions::drop);
        });
    }
}
