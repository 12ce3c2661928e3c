package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.vehicle.NewVehicle;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.registry.vehicle.VehicleLabels;
import dev.driveline.registry.vehicle.VehicleQuery;
import dev.driveline.registry.vehicle.Vehicles;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code vehicle}. A vehicle's row is locked while its versions are allotted. */
public final class VehicleTable implements Vehicles {

    private static final String SELECT =
            """
            SELECT v.*, m.catalogue_id, m.catalogue_hash, t.serial
            FROM vehicle v
            JOIN model m ON m.tenant = v.tenant AND m.id = v.model
            LEFT JOIN tbox t ON t.vin = v.vin
            """;

    private final Database database;
    private final Announcements announcements;

    public VehicleTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public Vehicle add(NewVehicle vehicle) {
        String sql =
                """
                INSERT INTO vehicle (vin, tenant, model, state, labels, version)
                VALUES (:vin, :tenant, :model, :state, :labels::jsonb, :version)
                ON CONFLICT (vin) DO NOTHING
                """;
        return database.transaction(handle -> {
            var _ = ModelTable.held(handle, vehicle.tenant(), vehicle.model());
            int added =
                    handle.createUpdate(sql)
                            .bind("vin", vehicle.vin().value())
                            .bind("tenant", vehicle.tenant().value())
                            .bind("model", vehicle.model().value())
                            .bind("state", vehicle.state().name())
                            .bind("labels", Json.text(vehicle.labels().values()))
                            .bind("version", announcements.next(0))
                            .execute();
            if (added == 0) {
                throw new InvalidValueException(
                        ErrorCode.ALREADY_EXISTS, "vehicle", vehicle.vin(), "exists already");
            }
            TboxSerial tbox = vehicle.tbox();
            if (tbox != null) {
                TboxTable.bind(handle, vehicle.tenant(), tbox, vehicle.vin());
            }
            Vehicle stored = find(handle, vehicle.tenant(), vehicle.vin());
            announcements.vehicles(handle, List.of(stored));
            return stored;
        });
    }

    @Override
    public Vehicle get(TenantId tenant, Vin vin) {
        return database.transaction(handle -> find(handle, tenant, vin));
    }

    @Override
    public List<Vehicle> list(VehicleQuery query) {
        String sql =
                """
                WHERE v.tenant = :tenant AND v.vin > :after
                  AND (:model::text IS NULL OR v.model = :model)
                  AND (:state::text IS NULL OR v.state = :state)
                  AND v.labels @> :labels::jsonb
                  AND (:all OR v.vin = ANY (:only))
                ORDER BY v.vin LIMIT :limit
                """;
        String[] only =
                query.only() == null
                        ? new String[0]
                        : query.only().stream().map(Vin::value).toArray(String[]::new);
        return database.transaction(handle ->
                handle.createQuery(SELECT + sql)
                        .bind("tenant", query.tenant().value())
                        .bind("after", query.after())
                        .bind("model", query.model() == null ? null : query.model().value())
                        .bind("state", query.state() == null ? null : query.state().name())
                        .bind("labels", Json.text(query.labels()))
                        .bind("all", query.only() == null)
                        .bindArray("only", String.class, (Object[]) only)
                        .bind("limit", query.limit())
                        .map((row, _) -> vehicleOf(row))
                        .list());
    }

    @Override
    public Vehicle change(
            TenantId tenant, Vin vin, @Nullable String etag, UnaryOperator<Vehicle> change) {
        return database.transaction(handle -> {
            lock(handle, tenant, vin);
            Vehicle before = find(handle, tenant, vin);
            if (etag != null && !etag.equals("*") && !etag.equals(before.etag())) {
                throw new InvalidValueException(
                        ErrorCode.PRECONDITION_FAILED,
                        "If-Match",
                        etag,
                        "the vehicle's ETag is " + before.etag());
            }
            Vehicle after = change.apply(before);
            if (after.equals(before)) {
                return before;
            }
            if (!after.model().equals(before.model())) {
                var _ = ModelTable.held(handle, tenant, after.model());
            }
            store(handle, after, announcements.next(before.version()));
            if (Vehicle.isBlocked(after.state()) != Vehicle.isBlocked(before.state())) {
                announceAccess(handle, announcements, vin);
            }
            Vehicle stored = find(handle, tenant, vin);
            announcements.vehicles(handle, List.of(stored));
            return stored;
        });
    }

    /** Locks first and reads afterwards, so that what is read with the row is of after the wait. */
    static void lock(Handle handle, TenantId tenant, Vin vin) {
        var _ =
                handle.createQuery(
                                """
                                SELECT vin FROM vehicle
                                WHERE vin = :vin AND tenant = :tenant FOR UPDATE
                                """)
                        .bind("vin", vin.value())
                        .bind("tenant", tenant.value())
                        .mapTo(String.class)
                        .findOne()
                        .orElseThrow(() -> unknown(vin));
    }

    /**
     * @throws InvalidValueException VEHICLE_UNKNOWN
     */
    static void mustExist(Handle handle, TenantId tenant, Vin vin) {
        var _ = find(handle, tenant, vin);
    }

    /** Publishes the facts of a model's vehicles, whose common part has changed. */
    static void announceModel(
            Handle handle, Announcements announcements, TenantId tenant, ModelId model) {
        String raise =
                """
                UPDATE vehicle SET version = greatest(version + 1, :floor), updated_at = now()
                WHERE tenant = :tenant AND model = :model
                """;
        handle.createUpdate(raise)
                .bind("floor", announcements.floor())
                .bind("tenant", tenant.value())
                .bind("model", model.value())
                .execute();
        announcements.vehicles(
                handle,
                handle.createQuery(SELECT + "WHERE v.tenant = :tenant AND v.model = :model")
                        .bind("tenant", tenant.value())
                        .bind("model", model.value())
                        .map((row, _) -> vehicleOf(row))
                        .list());
    }

    /** Tells the gateways whether the vehicle, which is locked, may be connected. */
    static void announceAccess(Handle handle, Announcements announcements, Vin vin) {
        String sql =
                """
                UPDATE vehicle SET access_version = greatest(access_version + 1, :floor)
                WHERE vin = :vin RETURNING access_version, state
                """;
        announcements.access(
                handle,
                handle.createQuery(sql)
                        .bind("floor", announcements.floor())
                        .bind("vin", vin.value())
                        .map((row, _) ->
                                new AccessRule.SuspendedVehicle(
                                        row.getLong("access_version"),
                                        Vehicle.isBlocked(
                                                        VehicleState.valueOf(
                                                                row.getString("state")))
                                                ? AccessRule.State.IN_FORCE
                                                : AccessRule.State.REMOVED,
                                        vin))
                        .one());
    }

    private static void store(Handle handle, Vehicle vehicle, long version) {
        String sql =
                """
                UPDATE vehicle SET model = :model, state = :state, labels = :labels::jsonb,
                                   version = :version, updated_at = now()
                WHERE vin = :vin
                """;
        handle.createUpdate(sql)
                .bind("model", vehicle.model().value())
                .bind("state", vehicle.state().name())
                .bind("labels", Json.text(vehicle.labels().values()))
                .bind("version", version)
                .bind("vin", vehicle.vin().value())
                .execute();
    }

    private static Vehicle find(Handle handle, TenantId tenant, Vin vin) {
        return handle.createQuery(SELECT + "WHERE v.vin = :vin AND v.tenant = :tenant")
                .bind("vin", vin.value())
                .bind("tenant", tenant.value())
                .map((row, _) -> vehicleOf(row))
                .findOne()
                .orElseThrow(() -> unknown(vin));
    }

    static Vehicle vehicleOf(ResultSet row) throws SQLException {
        Map<String, String> labels = new TreeMap<>();
        Json.map(row.getString("labels"))
                .forEach((key, value) -> labels.put(key, String.valueOf(value)));
        String serial = row.getString("serial");
        return new Vehicle(
                Vin.of(row.getString("vin")),
                TenantId.of(row.getString("tenant")),
                new ModelId(row.getString("model")),
                VehicleState.valueOf(row.getString("state")),
                new VehicleLabels(labels),
                ModelTable.catalogueOf(row),
                serial == null ? null : new TboxSerial(serial),
                row.getLong("version"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    static InvalidValueException unknown(Vin vin) {
        return new InvalidValueException(
                ErrorCode.VEHICLE_UNKNOWN, "vehicle", vin, "is not registered");
    }
}
