package dev.driveline.registry.postgres;

import dev.driveline.registry.audit.AuditEntry;
import dev.driveline.registry.audit.AuditQuery;
import dev.driveline.registry.audit.AuditTrail;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Table {@code audit}, which triggers write. */
public final class AuditTable implements AuditTrail {

    private final Database database;

    public AuditTable(Database database) {
        this.database = database;
    }

    @Override
    public List<AuditEntry> list(AuditQuery query) {
        String sql =
                """
                SELECT * FROM audit
                WHERE tenant = :tenant AND id > :after
                  AND (:vins::text[] IS NULL OR vin = ANY (:vins)
                       OR vin IN (SELECT v.vin FROM vehicle v
                                  WHERE v.tenant = :tenant AND %s))
                  AND (:actor::text IS NULL OR actor = :actor)
                  AND (:kind::text IS NULL OR kind = :kind)
                  AND (:from::timestamptz IS NULL OR at >= :from)
                  AND (:to::timestamptz IS NULL OR at < :to)
                ORDER BY id LIMIT :limit
                """
                        .formatted(FleetTable.IN_ANY_OF);
        Set<String> vins = query.vins();
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", query.tenant().value())
                        .bind("after", query.after())
                        .bind("vins", vins == null ? null : vins.toArray(String[]::new))
                        .bindArray("fleets", String.class, query.fleets())
                        .bind("actor", query.actor())
                        .bind("kind", query.kind())
                        .bind("from", query.from())
                        .bind("to", query.to())
                        .bind("limit", query.limit())
                        .map((row, _) -> entryOf(row))
                        .list());
    }

    private static AuditEntry entryOf(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                row.getTimestamp("at").toInstant(),
                row.getString("actor"),
                row.getString("app"),
                row.getString("kind"),
                row.getString("subject"),
                row.getString("vin"),
                AuditEntry.Change.valueOf(row.getString("change")),
                tree(row.getString("before")),
                tree(row.getString("after")));
    }

    private static com.fasterxml.jackson.databind.@Nullable JsonNode tree(@Nullable String json) {
        return json == null ? null : Json.tree(json.getBytes(StandardCharsets.UTF_8));
    }
}
