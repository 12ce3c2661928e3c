package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.access.VehicleLimit;
import dev.driveline.registry.access.VehicleLimits;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;

/** Table {@code vehicle_limit}. */
public final class LimitTable implements VehicleLimits, Announcements.VehicleListener {

    private final Database database;
    private final Announcements announcements;

    public LimitTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public void put(TenantId tenant, VehicleLimit limit) {
        String sql =
                """
                INSERT INTO vehicle_limit AS l
                    (vin, tenant, messages_per_s, bytes_per_s, reason, in_force, access_version)
                VALUES (:vin, :tenant, :messages, :bytes, :reason, true, 0)
                ON CONFLICT (vin) DO UPDATE SET messages_per_s = :messages, bytes_per_s = :bytes,
                    reason = :reason, in_force = true, updated_at = now()
                """;
        database.run(handle -> {
            VehicleTable.lock(handle, tenant, limit.vin());
            handle.createUpdate(sql)
                    .bind("vin", limit.vin().value())
                    .bind("tenant", tenant.value())
                    .bind("messages", limit.messagesPerS())
                    .bind("bytes", limit.bytesPerS())
                    .bind("reason", limit.reason())
                    .execute();
            announce(handle, limit.vin().value());
        });
    }

    @Override
    public VehicleLimit get(TenantId tenant, Vin vin) {
        return database.transaction(handle -> {
            VehicleTable.mustExist(handle, tenant, vin);
            return find(handle, vin);
        });
    }

    @Override
    public void remove(TenantId tenant, Vin vin) {
        database.run(handle -> {
            VehicleTable.lock(handle, tenant, vin);
            var _ = find(handle, vin);
            end(handle, vin);
        });
    }

    @Override
    public void leaving(Handle handle, Vehicle vehicle) {
        end(handle, vehicle.vin());
    }

    private void end(Handle handle, Vin vin) {
        String sql =
                """
                UPDATE vehicle_limit SET in_force = false, updated_at = now()
                WHERE vin = :vin AND in_force
                """;
        if (handle.createUpdate(sql).bind("vin", vin.value()).execute() > 0) {
            announce(handle, vin.value());
        }
    }

    /** Tells anew what was told with a version up to this one. */
    void renew(Handle handle, long version) {
        handle.createQuery(
                        "SELECT vin FROM vehicle_limit WHERE access_version <= :version FOR UPDATE")
                .bind("version", version)
                .mapTo(String.class)
                .list()
                .forEach(vin -> announce(handle, vin));
    }

    private void announce(Handle handle, String vin) {
        String sql =
                """
                UPDATE vehicle_limit SET access_version = greatest(access_version + 1, :floor)
                WHERE vin = :vin RETURNING *
                """;
        announcements.access(
                handle,
                handle.createQuery(sql)
                        .bind("floor", announcements.floor())
                        .bind("vin", vin)
                        .map((row, _) ->
                                new AccessRule.VehicleLimits(
                                        row.getLong("access_version"),
                                        row.getBoolean("in_force")
                                                ? AccessRule.State.IN_FORCE
                                                : AccessRule.State.REMOVED,
                                        Vin.of(vin),
                                        row.getInt("messages_per_s"),
                                        row.getInt("bytes_per_s")))
                        .one());
    }

    private static VehicleLimit find(Handle handle, Vin vin) {
        return handle.createQuery("SELECT * FROM vehicle_limit WHERE vin = :vin AND in_force")
                .bind("vin", vin.value())
                .map((row, _) -> limitOf(row))
                .findOne()
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.ACCESS_RULE_UNKNOWN,
                                "vehicle",
                                vin,
                                "has the limits that all have"));
    }

    private static VehicleLimit limitOf(ResultSet row) throws SQLException {
        return new VehicleLimit(
                Vin.of(row.getString("vin")),
                row.getInt("messages_per_s"),
                row.getInt("bytes_per_s"),
                row.getString("reason"),
                row.getTimestamp("updated_at").toInstant());
    }
}
