package dev.driveline.command.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Table {@code command_type}: tenants' own types, as they wrote them. */
public final class TypeTable {

    /**
     * One.
     *
     * @param definition null if it was removed
     */
    public record Own(
            String name,
            long version,
            @Nullable JsonNode definition,
            String changedBy,
            Instant changedAt) {}

    /** One of a tenant, with its row locked; also one that was removed. */
    public Optional<Own> locked(Handle handle, TenantId tenant, String name) {
        return handle.createQuery(
                        "SELECT * FROM command_type WHERE tenant = :tenant AND name = :name FOR UPDATE")
                .bind("tenant", tenant.value())
                .bind("name", name)
                .map(TypeTable::own)
                .findOne();
    }

    public Optional<Own> find(Handle handle, TenantId tenant, String name) {
        return handle.createQuery(
                        """
                        SELECT * FROM command_type
                        WHERE tenant = :tenant AND name = :name AND definition IS NOT NULL
                        """)
                .bind("tenant", tenant.value())
                .bind("name", name)
                .map(TypeTable::own)
                .findOne();
    }

    /**
     * As {@link #find}; the definition is left out where the caller knows its version.
     *
     * @param known 0 for none
     */
    public Optional<Own> findNewer(Handle handle, TenantId tenant, String name, long known) {
        return handle.createQuery(
                        """
                        SELECT name, version, CASE WHEN version = :known THEN NULL ELSE definition END AS definition,
                               changed_by, changed_at
                        FROM command_type
                        WHERE tenant = :tenant AND name = :name AND definition IS NOT NULL
                        """)
                .bind("tenant", tenant.value())
                .bind("name", name)
                .bind("known", known)
                .map(TypeTable::own)
                .findOne();
    }

    public List<Own> all(Handle handle, TenantId tenant) {
        return handle.createQuery(
                        """
                        SELECT * FROM command_type WHERE tenant = :tenant AND definition IS NOT NULL ORDER BY name
                        """)
                .bind("tenant", tenant.value())
                .map(TypeTable::own)
                .list();
    }

    /** Writes the next version of one; {@code definition} is null to remove it. */
    public Own write(
            Handle handle,
            TenantId tenant,
            String name,
            @Nullable JsonNode definition,
            String by,
            Instant now) {
        return handle.createQuery(
                        """
                        INSERT INTO command_type (tenant, name, version, definition, changed_by, changed_at)
                        VALUES (:tenant, :name, 1, :definition::jsonb, :by, :now)
                        ON CONFLICT (tenant, name) DO UPDATE
                        SET version = command_type.version + 1, definition = excluded.definition,
                            changed_by = excluded.changed_by, changed_at = excluded.changed_at
                        RETURNING *
                        """)
                .bind("tenant", tenant.value())
                .bind("name", name)
                .bind("definition", definition == null ? null : Json.text(definition))
                .bind("by", by)
                .bind("now", now)
                .map(TypeTable::own)
                .one();
    }

    private static Own own(ResultSet row, StatementContext context) throws SQLException {
        String definition = row.getString("definition");
        return new Own(
                row.getString("name"),
                row.getLong("version"),
                definition == null ? null : Json.read(definition, JsonNode.class),
                row.getString("changed_by"),
                CommandTable.instant(row, "changed_at"));
    }
}
