package dev.driveline.registry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.registry.timeline.Timeline;
import dev.driveline.registry.timeline.VehicleEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Tables {@code vehicle_event} and {@code event_offset}. */
public final class TimelineTable implements Timeline {

    private final Database database;

    public TimelineTable(Database database) {
        this.database = database;
    }

    @Override
    public List<VehicleEvent> list(Query query) {
        String sql =
                """
                SELECT * FROM vehicle_event
                WHERE vin = :vin
                  AND (:type::text IS NULL OR type = :type)
                  AND (:from::timestamptz IS NULL OR at >= :from)
                  AND (:to::timestamptz IS NULL OR at < :to)
                  AND (:at::timestamptz IS NULL OR (at, id) < (:at, :id::uuid))
                ORDER BY at DESC, id DESC LIMIT :limit
                """;
        Place before = query.before();
        return database.transaction(handle -> {
            VehicleTable.mustExist(handle, query.tenant(), query.vin());
            return handle.createQuery(sql)
                    .bind("vin", query.vin().value())
                    .bind("type", query.type())
                    .bind("from", query.from())
                    .bind("to", query.to())
                    .bind("at", before == null ? null : before.at())
                    .bind("id", before == null ? null : before.id())
                    .bind("limit", query.limit())
                    .map((row, _) -> eventOf(row))
                    .list();
        });
    }

    @Override
    public Connection connection(TenantId tenant, Vin vin) {
        return database.transaction(handle -> {
            VehicleTable.mustExist(handle, tenant, vin);
            VehicleEvent opened = latest(handle, vin, EventTypes.SESSION_OPENED);
            return new Connection(
                    opened != null && !ended(handle, opened),
                    opened,
                    latest(handle, vin, EventTypes.SESSION_CLOSED),
                    latest(handle, vin, EventTypes.ACCESS_REFUSED));
        });
    }

    private static @Nullable VehicleEvent latest(Handle handle, Vin vin, String type) {
        String sql =
                """
                SELECT * FROM vehicle_event WHERE vin = :vin AND type = :type
                ORDER BY at DESC, id DESC LIMIT 1
                """;
        return handle.createQuery(sql)
                .bind("vin", vin.value())
                .bind("type", type)
                .map((row, _) -> eventOf(row))
                .findOne()
                .orElse(null);
    }

    /** The session's own end: another one's may have been told later. */
    private static boolean ended(Handle handle, VehicleEvent opened) {
        String sql =
                """
                SELECT count(*) > 0 FROM vehicle_event
                WHERE vin = :vin AND type = :type AND data ->> 'session' = :session
                """;
        return handle.createQuery(sql)
                .bind("vin", opened.vin().value())
                .bind("type", EventTypes.SESSION_CLOSED)
                .bind("session", opened.data().path("session").asText())
                .mapTo(Boolean.class)
                .one();
    }

    /** How far each partition was read; those never read are missing. */
    public Map<Integer, Long> offsets() {
        return database.transaction(handle -> {
            Map<Integer, Long> offsets = new HashMap<>();
            handle.createQuery("SELECT partition, next_offset FROM event_offset")
                    .map((row, _) ->
                            offsets.put(row.getInt("partition"), row.getLong("next_offset")))
                    .list();
            return offsets;
        });
    }

    /**
     * Stores what was read, once, with how far it was read.
     *
     * @param next by partition
     */
    public void store(List<VehicleEvent> events, Map<Integer, Long> next) {
        database.run(handle -> {
            insert(handle, events);
            try (PreparedBatch batch =
                    handle.prepareBatch(
                            """
                            INSERT INTO event_offset (partition, next_offset) VALUES (:partition, :next)
                            ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset
                            """)) {
                new LinkedHashMap<>(next)
                        .forEach((partition, offset) ->
                                batch.bind("partition", partition).bind("next", offset).add());
                batch.execute();
            }
        });
    }

    private static void insert(Handle handle, List<VehicleEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        try (PreparedBatch batch =
                handle.prepareBatch(
                        """
                        INSERT INTO vehicle_event (id, vin, at, type, data)
                        VALUES (:id, :vin, :at, :type, :data::jsonb) ON CONFLICT (id) DO NOTHING
                        """)) {
            for (VehicleEvent event : events) {
                batch.bind("id", event.id())
                        .bind("vin", event.vin().value())
                        .bind("at", event.at())
                        .bind("type", event.type())
                        .bind("data", Json.text(event.data()))
                        .add();
            }
            batch.execute();
        }
    }

    /** Forgets what is older. */
    public int forgetBefore(Instant at) {
        return database.transaction(handle ->
                handle.createUpdate("DELETE FROM vehicle_event WHERE at < :at")
                        .bind("at", at)
                        .execute());
    }

    private static VehicleEvent eventOf(ResultSet row) throws SQLException {
        return new VehicleEvent(
                row.getObject("id", UUID.class),
                Vin.of(row.getString("vin")),
                row.getTimestamp("at").toInstant(),
                row.getString("type"),
                Json.tree(row.getString("data").getBytes(StandardCharsets.UTF_8)));
    }
}
