package dev.driveline.command.postgres;

import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Table {@code hold}: which commands must not leave. */
public final class HoldTable {

    /**
     * One kill switch.
     *
     * @param type null for all types
     * @param fleet null for all vehicles
     * @param releasedAt null while it is in force
     */
    public record Hold(
            UUID id,
            @Nullable String type,
            @Nullable String fleet,
            String reason,
            String heldBy,
            Instant heldAt,
            @Nullable String releasedBy,
            @Nullable Instant releasedAt) {}

    public void insert(Handle handle, TenantId tenant, Hold hold) {
        handle.createUpdate(
                        """
                        INSERT INTO hold (id, tenant, type, fleet, reason, held_by, held_at)
                        VALUES (:id, :tenant, :type, :fleet, :reason, :by, :at)
                        """)
                .bind("id", hold.id())
                .bind("tenant", tenant.value())
                .bind("type", hold.type())
                .bind("fleet", hold.fleet())
                .bind("reason", hold.reason())
                .bind("by", hold.heldBy())
                .bind("at", hold.heldAt())
                .execute();
    }

    /** Ends one; empty if there is none in force. */
    public Optional<Hold> release(Handle handle, TenantId tenant, UUID id, String by, Instant now) {
        return handle.createQuery(
                        """
                        UPDATE hold SET released_by = :by, released_at = :now
                        WHERE id = :id AND tenant = :tenant AND released_at IS NULL
                        RETURNING *
                        """)
                .bind("id", id)
                .bind("tenant", tenant.value())
                .bind("by", by)
                .bind("now", now)
                .map(HoldTable::hold)
                .findOne();
    }

    /** How many of a tenant are in force. */
    public int inForce(Handle handle, TenantId tenant) {
        return handle.createQuery(
                        "SELECT count(*) FROM hold WHERE tenant = :tenant AND released_at IS NULL")
                .bind("tenant", tenant.value())
                .mapTo(Integer.class)
                .one();
    }

    /**
     * The newest of a tenant, those in force first.
     *
     * @param after the last one of the page before; null for the first page
     */
    public List<Hold> newest(Handle handle, TenantId tenant, @Nullable UUID after, int limit) {
        return handle.createQuery(
                        """
                        SELECT h.* FROM hold h LEFT JOIN hold last ON last.id = :after::uuid AND last.tenant = :tenant
                        WHERE h.tenant = :tenant
                          AND (last.id IS NULL
                               OR (h.released_at IS NOT NULL) > (last.released_at IS NOT NULL)
                               OR (h.released_at IS NOT NULL) = (last.released_at IS NOT NULL)
                                  AND (h.held_at < last.held_at OR h.held_at = last.held_at AND h.id > last.id))
                        ORDER BY h.released_at IS NOT NULL, h.held_at DESC, h.id LIMIT :limit
                        """)
                .bind("tenant", tenant.value())
                .bind("after", after)
                .bind("limit", limit)
                .map(HoldTable::hold)
                .list();
    }

    /** One that keeps commands of a type from a vehicle. */
    public Optional<Hold> of(Handle handle, TenantId tenant, Vin vin, String type) {
        return handle.createQuery(
                        """
                        SELECT h.* FROM hold h
                        WHERE h.tenant = :tenant AND h.released_at IS NULL AND (h.type IS NULL OR h.type = :type)
                          AND (h.fleet IS NULL OR EXISTS (
                                  SELECT 1 FROM vehicle v WHERE v.vin = :vin AND h.fleet = ANY (v.fleets)))
                        ORDER BY h.held_at LIMIT 1
                        """)
                .bind("tenant", tenant.value())
                .bind("type", type)
                .bind("vin", vin.value())
                .map(HoldTable::hold)
                .findOne();
    }

    /** One that keeps commands of a type from every vehicle. */
    public Optional<Hold> ofAll(Handle handle, TenantId tenant, String type) {
        return handle.createQuery(
                        """
                        SELECT * FROM hold
                        WHERE tenant = :tenant AND released_at IS NULL AND (type IS NULL OR type = :type)
                          AND fleet IS NULL
                        ORDER BY held_at LIMIT 1
                        """)
                .bind("tenant", tenant.value())
                .bind("type", type)
                .map(HoldTable::hold)
                .findOne();
    }

    /**
     * What a hold in force keeps from a vehicle.
     *
     * @param type null for all types
     */
    public record Kept(TenantId tenant, @Nullable String type) {

        public boolean covers(StoredCommand stored) {
            return tenant.equals(stored.tenant())
                    && (type == null || type.equals(stored.kind().type()));
        }
    }

    /** What these tenants keep from a vehicle. */
    public List<Kept> keptFrom(Handle handle, Vin vin, Set<TenantId> tenants) {
        return handle.createQuery(
                        """
                        SELECT h.tenant, h.type FROM hold h
                        WHERE h.tenant = ANY (:tenants) AND h.released_at IS NULL
                          AND (h.fleet IS NULL OR EXISTS (
                                  SELECT 1 FROM vehicle v WHERE v.vin = :vin AND h.fleet = ANY (v.fleets)))
                        """)
                .bindArray("tenants", String.class, tenants.stream().map(TenantId::value).toList())
                .bind("vin", vin.value())
                .map((row, context) ->
                        new Kept(TenantId.of(row.getString("tenant")), row.getString("type")))
                .list();
    }

    private static Hold hold(ResultSet row, StatementContext context) throws SQLException {
        OffsetDateTime released = row.getObject("released_at", OffsetDateTime.class);
        return new Hold(
                row.getObject("id", UUID.class),
                row.getString("type"),
                row.getString("fleet"),
                row.getString("reason"),
                row.getString("held_by"),
                CommandTable.instant(row, "held_at"),
                row.getString("released_by"),
                released == null ? null : released.toInstant());
    }
}
