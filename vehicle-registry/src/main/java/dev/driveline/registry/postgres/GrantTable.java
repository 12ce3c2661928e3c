package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Grant;
import dev.driveline.registry.grant.VehicleGrant;
import dev.driveline.registry.grant.VehicleGrants;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code vehicle_grant}. */
public final class GrantTable implements VehicleGrants, Announcements.VehicleListener {

    private final Database database;
    private final Announcements announcements;
    private final Clock clock;

    public GrantTable(Database database, Announcements announcements, Clock clock) {
        this.database = database;
        this.announcements = announcements;
        this.clock = clock;
    }

    @Override
    public void add(TenantId tenant, VehicleGrant grant) {
        String sql =
                """
                INSERT INTO vehicle_grant
                    (id, tenant, vin, subject, scopes, purpose, from_at, until_at, version)
                VALUES (:id, :tenant, :vin, :subject, :scopes, :purpose, :from, :until, :version)
                """;
        database.run(handle -> {
            // No grant slips in beside a change of owner.
            VehicleTable.lock(handle, tenant, grant.vin());
            handle.createUpdate(sql)
                    .bind("id", grant.id())
                    .bind("tenant", tenant.value())
                    .bind("vin", grant.vin().value())
                    .bind("subject", grant.subject())
                    .bindArray("scopes", String.class, grant.scopes())
                    .bind("purpose", grant.purpose())
                    .bind("from", grant.from())
                    .bind("until", grant.until())
                    .bind("version", announcements.next(0))
                    .execute();
            announce(handle, grant.id());
        });
    }

    @Override
    public List<VehicleGrant> list(TenantId tenant, Vin vin, String after, int limit) {
        String sql =
                """
                SELECT * FROM vehicle_grant WHERE vin = :vin AND tenant = :tenant
                  AND (:after = '' OR (created_at, id) >
                      (SELECT created_at, id FROM vehicle_grant WHERE vin = :vin AND id::text = :after))
                ORDER BY created_at, id LIMIT :limit
                """;
        return database.transaction(handle -> {
            VehicleTable.mustExist(handle, tenant, vin);
            return handle.createQuery(sql)
                    .bind("vin", vin.value())
                    .bind("tenant", tenant.value())
                    .bind("after", after)
                    .bind("limit", limit)
                    .map((row, _) -> grantOf(row))
                    .list();
        });
    }

    @Override
    public VehicleGrant get(TenantId tenant, Vin vin, UUID id) {
        return database.transaction(handle -> find(handle, tenant, vin, id));
    }

    @Override
    public void end(TenantId tenant, Vin vin, UUID id, String reason) {
        database.run(handle -> {
            if (find(handle, tenant, vin, id).endedAt() == null) {
                end(handle, id, reason);
            }
        });
    }

    @Override
    public int endAll(TenantId tenant, Vin vin, String reason) {
        return database.transaction(handle -> {
            VehicleTable.lock(handle, tenant, vin);
            return endAll(handle, vin, reason);
        });
    }

    @Override
    public void leaving(Handle handle, Vehicle vehicle) {
        var _ = endAll(handle, vehicle.vin(), "the vehicle was erased");
    }

    private int endAll(Handle handle, Vin vin, String reason) {
        String sql =
                """
                SELECT id FROM vehicle_grant
                WHERE vin = :vin AND ended_at IS NULL AND until_at > :now
                """;
        List<UUID> held =
                handle.createQuery(sql)
                        .bind("vin", vin.value())
                        .bind("now", clock.instant())
                        .mapTo(UUID.class)
                        .list();
        held.forEach(id -> end(handle, id, reason));
        return held.size();
    }

    /** Tells anew what was told with a version up to this one, unless its time is over. */
    void renew(Handle handle, long version) {
        handle.createQuery(
                        "SELECT id FROM vehicle_grant WHERE version <= :version AND until_at > :now FOR UPDATE")
                .bind("version", version)
                .bind("now", clock.instant())
                .mapTo(UUID.class)
                .list()
                .forEach(id -> {
                    raise(handle, id);
                    announce(handle, id);
                });
    }

    private void end(Handle handle, UUID id, String reason) {
        handle.createUpdate(
                        """
                        UPDATE vehicle_grant SET ended_at = :now, end_reason = :reason WHERE id = :id
                        """)
                .bind("now", clock.instant())
                .bind("reason", reason)
                .bind("id", id)
                .execute();
        raise(handle, id);
        announce(handle, id);
    }

    private void raise(Handle handle, UUID id) {
        handle.createUpdate(
                        """
                        UPDATE vehicle_grant SET version = greatest(version + 1, :floor) WHERE id = :id
                        """)
                .bind("floor", announcements.floor())
                .bind("id", id)
                .execute();
    }

    private void announce(Handle handle, UUID id) {
        announcements.grant(
                handle,
                handle.createQuery("SELECT * FROM vehicle_grant WHERE id = :id")
                        .bind("id", id)
                        .map((row, _) -> {
                            VehicleGrant grant = grantOf(row);
                            return new Grant(
                                    row.getLong("version"),
                                    grant.id(),
                                    TenantId.of(row.getString("tenant")),
                                    grant.vin(),
                                    grant.subject(),
                                    grant.scopes(),
                                    grant.from(),
                                    grant.until(),
                                    grant.endedAt());
                        })
                        .one());
    }

    private static VehicleGrant find(Handle handle, TenantId tenant, Vin vin, UUID id) {
        return handle.createQuery(
                        """
                        SELECT * FROM vehicle_grant
                        WHERE id = :id AND vin = :vin AND tenant = :tenant FOR UPDATE
                        """)
                .bind("id", id)
                .bind("vin", vin.value())
                .bind("tenant", tenant.value())
                .map((row, _) -> grantOf(row))
                .findOne()
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.GRANT_UNKNOWN, "grant", id, "does not exist"));
    }

    private static VehicleGrant grantOf(ResultSet row) throws SQLException {
        return new VehicleGrant(
                row.getObject("id", UUID.class),
                Vin.of(row.getString("vin")),
                row.getString("subject"),
                List.of((String[]) row.getArray("scopes").getArray()),
                row.getString("purpose"),
                row.getTimestamp("from_at").toInstant(),
                row.getTimestamp("until_at").toInstant(),
                instant(row, "ended_at"),
                row.getString("end_reason"),
                row.getTimestamp("created_at").toInstant());
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
