package dev.driveline.telemetry.postgres;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.rule.Alert;
import dev.driveline.telemetry.rule.Alerts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code alert}. Thread-safe. */
public final class AlertTable implements Alerts {

    private final Database database;
    private final Clock clock;

    public AlertTable(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Writes what was told, in its order; what was written before changes nothing. */
    public void take(List<AlertEvent> events) {
        database.run(handle -> events.forEach(event -> take(handle, event)));
    }

    private static void take(Handle handle, AlertEvent event) {
        String values = Json.text(event.values());
        long atUs = micros(event.at());
        switch (event.step()) {
            case RAISED ->
                    handle.execute(
                            """
                            insert into alert (id, tenant, vin, rule, rule_version, name, severity,
                                raised_us, updated_us, signal_values)
                            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                            on conflict (id) do nothing
                            """,
                            event.alert(),
                            event.tenant().value(),
                            event.vin().value(),
                            event.rule(),
                            event.ruleVersion(),
                            event.name(),
                            event.severity().name(),
                            micros(event.raisedAt()),
                            atUs,
                            values);
            case UPDATED ->
                    handle.execute(
                            """
                            update alert set updated_us = ?, signal_values = ?::jsonb
                            where id = ? and updated_us < ? and cleared_us is null
                            """,
                            atUs,
                            values,
                            event.alert(),
                            atUs);
            case CLEARED ->
                    handle.execute(
                            """
                            update alert set cleared_us = ?, clear_reason = ?, updated_us = ?,
                                signal_values = case when ?::jsonb = '{}' then signal_values
                                    else ?::jsonb end
                            where id = ? and cleared_us is null
                            """,
                            atUs,
                            String.valueOf(event.reason()),
                            atUs,
                            values,
                            values,
                            event.alert());
        }
    }

    /** Deletes alerts that were over before so many days. */
    public Runnable forgetter(int days) {
        return () ->
                database.run(handle ->
                        handle.execute(
                                "delete from alert where cleared_us < ?",
                                micros(clock.instant().minus(Duration.ofDays(days)))));
    }

    @Override
    public List<Alert> list(TenantId tenant, Query query) {
        Place after = query.after();
        Boolean acknowledged = query.acknowledged();
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select * from alert
                                where tenant = :tenant and raised_us >= :from and raised_us < :to
                                    and (:anyVin or vin = any (:vins))
                                    and (:rule::text is null or rule = :rule)
                                    and (:severity::text is null or severity = :severity)
                                    and (:cleared::boolean is null
                                        or (cleared_us is not null) = :cleared)
                                    and (:seen::boolean is null
                                        or (acknowledged_at is not null) = :seen)
                                    and (:first or raised_us < :afterUs
                                        or raised_us = :afterUs and id > :afterId)
                                order by raised_us desc, id limit :limit
                                """)
                        .bind("tenant", tenant.value())
                        .bind("from", query.fromUs())
                        .bind("to", query.toUs())
                        .bind("anyVin", query.vins() == null)
                        .bindArray(
                                "vins",
                                String.class,
                                query.vins() == null
                                        ? List.of()
                                        : query.vins().stream().map(Vin::value).toList())
                        .bind("rule", query.rule())
                        .bind("severity", query.severity() == null ? null : query.severity().name())
                        .bind(
                                "cleared",
                                query.state() == null
                                        ? null
                                        : Boolean.valueOf(query.state() == Alert.State.CLEARED))
                        .bind("seen", acknowledged)
                        .bind("first", after == null)
                        .bind("afterUs", after == null ? 0 : after.raisedUs())
                        .bind("afterId", after == null ? new UUID(0, 0) : after.id())
                        .bind("limit", query.limit())
                        .map((row, _) -> alertOf(row))
                        .list());
    }

    @Override
    public Map<Severity, Long> firing(TenantId tenant, Set<Vin> vins) {
        Map<Severity, Long> counts = new EnumMap<>(Severity.class);
        for (Severity severity : Severity.values()) {
            counts.put(severity, 0L);
        }
        database.run(handle ->
                handle.createQuery(
                                """
                                select severity, count(*) from alert
                                where tenant = :tenant and cleared_us is null
                                    and vin = any (:vins)
                                group by severity
                                """)
                        .bind("tenant", tenant.value())
                        .bindArray("vins", String.class, vins.stream().map(Vin::value).toList())
                        .map((row, _) ->
                                Map.entry(Severity.valueOf(row.getString(1)), row.getLong(2)))
                        .forEach(one -> counts.put(one.getKey(), one.getValue())));
        return counts;
    }

    @Override
    public Alert get(TenantId tenant, UUID id) {
        return database.transaction(handle -> get(handle, tenant, id));
    }

    @Override
    public Alert acknowledge(Caller caller, UUID id, @Nullable String comment) {
        return database.transaction(handle -> {
            handle.execute(
                    """
                    update alert set acknowledged_at = ?, acknowledged_by = ?,
                        acknowledged_app = ?, comment = ?
                    where id = ? and tenant = ? and acknowledged_at is null
                    """,
                    clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC),
                    caller.subject(),
                    caller.actor(),
                    comment,
                    id,
                    caller.tenant().value());
            return get(handle, caller.tenant(), id);
        });
    }

    private static Alert get(Handle handle, TenantId tenant, UUID id) {
        return handle.createQuery("select * from alert where id = :id and tenant = :tenant")
                .bind("id", id)
                .bind("tenant", tenant.value())
                .map((row, _) -> alertOf(row))
                .findOne()
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.ALERT_UNKNOWN, "alert", id, "does not exist"));
    }

    private static Alert alertOf(ResultSet row) throws SQLException {
        Map<String, Double> values = new TreeMap<>();
        Json.map(row.getString("signal_values"))
                .forEach((name, value) -> values.put(name, ((Number) value).doubleValue()));
        long clearedUs = row.getLong("cleared_us");
        boolean cleared = !row.wasNull();
        String reason = row.getString("clear_reason");
        OffsetDateTime seen = row.getObject("acknowledged_at", OffsetDateTime.class);
        return new Alert(
                row.getObject("id", UUID.class),
                Vin.of(row.getString("vin")),
                row.getString("rule"),
                row.getLong("rule_version"),
                row.getString("name"),
                Severity.valueOf(row.getString("severity")),
                cleared ? Alert.State.CLEARED : Alert.State.FIRING,
                instant(row.getLong("raised_us")),
                instant(row.getLong("updated_us")),
                cleared ? instant(clearedUs) : null,
                cleared ? ClearReason.valueOf(reason) : null,
                values,
                seen == null
                        ? null
                        : new Alert.Acknowledgement(
                                seen.toInstant(),
                                row.getString("acknowledged_by"),
                                row.getString("acknowledged_app"),
                                row.getString("comment")));
    }

    private static Instant instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
