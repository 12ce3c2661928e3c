package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.fleet.FleetId;
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
import java.time.Clock;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code vehicle}. A vehicle's row is locked while its versions are allotted. */
public final class VehicleTable implements Vehicles {

    private static final int AT_ONCE = 1_000;

    private static final String SELECT =
            """
            SELECT v.*, m.catalogue_id, m.catalogue_hash, t.serial, fleets_of(v) AS fleets
            FROM vehicle v
            LEFT JOIN LATERAL (
                SELECT c.catalogue_id, c.catalogue_hash FROM model_catalogue c
                WHERE c.tenant = v.tenant AND c.model = v.model AND c.from_at <= now()
                ORDER BY c.from_at DESC LIMIT 1
            ) m ON true
            LEFT JOIN tbox t ON t.vin = v.vin
            """;

    private final Database database;
    private final Announcements announcements;
    private final TboxSwap swap;
    private final VehicleErasure erasure;

    /**
     * @param random of pseudonyms
     */
    public VehicleTable(
            Database database, Announcements announcements, Clock clock, RandomGenerator random) {
        this.database = database;
        this.announcements = announcements;
        this.swap = new TboxSwap(announcements);
        this.erasure = new VehicleErasure(announcements, clock, random);
    }

    @Override
    public Vehicle add(NewVehicle vehicle) {
        String sql =
                """
                INSERT INTO vehicle (vin, tenant, model, state, labels, version)
                VALUES (:vin, :tenant, :model, :state, :labels::jsonb,
                        greatest(:version, (SELECT version + 1 FROM version_floor)))
                ON CONFLICT (vin) DO NOTHING
                """;
        return database.transaction(handle -> {
            FleetTable.hold(handle, vehicle.tenant());
            String vin = vehicle.vin().value();
            if (!AuthorityTable.claimed(handle, vehicle.tenant(), List.of(vin)).isEmpty()) {
                throw new InvalidValueException(
                        ErrorCode.CONFLICT, "vehicle", vin, AuthorityTable.CLAIMED);
            }
            ModelTable.hold(handle, vehicle.tenant(), vehicle.model());
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
        VehicleSearch search = VehicleSearch.of(query);
        return database.transaction(handle -> {
            if (query.fleet() != null) {
                var _ = FleetTable.find(handle, query.tenant(), query.fleet());
            }
            // A plan for any label walks all vehicles for a rare one.
            handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
            return handle.createQuery(SELECT + search.page())
                    .bindMap(search.values())
                    .map((row, _) -> vehicleOf(row))
                    .list();
        });
    }

    @Override
    public Vehicle change(
            TenantId tenant, Vin vin, @Nullable String etag, UnaryOperator<Vehicle> change) {
        return database.transaction(handle -> {
            Vehicle before = locked(handle, tenant, vin, etag);
            Vehicle after = change.apply(before);
            if (after.equals(before)) {
                return before;
            }
            if (!after.model().equals(before.model())) {
                ModelTable.hold(handle, tenant, after.model());
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

    @Override
    public Vehicle swapTbox(TenantId tenant, Vin vin, @Nullable String etag, TboxSerial serial) {
        return database.transaction(handle -> {
            Vehicle before = locked(handle, tenant, vin, etag);
            if (!swap.build(handle, before, serial)) {
                return before;
            }
            store(handle, before, announcements.next(before.version()));
            Vehicle stored = find(handle, tenant, vin);
            announcements.vehicles(handle, List.of(stored));
            return stored;
        });
    }

    @Override
    public Erasure erase(TenantId tenant, Vin vin, @Nullable String etag) {
        return database.transaction(handle -> {
            Vehicle vehicle = locked(handle, tenant, vin, etag);
            return erasure.erase(handle, vehicle);
        });
    }

    private static Vehicle locked(Handle handle, TenantId tenant, Vin vin, @Nullable String etag) {
        FleetTable.hold(handle, tenant);
        lock(handle, tenant, vin);
        Vehicle found = find(handle, tenant, vin);
        Preconditions.mustMatch(etag, found.etag(), "vehicle");
        return found;
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

    /** Publishes the facts of a model's vehicles anew; the fleets are held. */
    static void announceModel(
            Handle handle, Announcements announcements, TenantId tenant, ModelId model) {
        announce(
                handle,
                announcements,
                tenant,
                handle.createQuery(
                                """
                                SELECT vin FROM vehicle WHERE tenant = :tenant AND model = :model
                                ORDER BY vin
                                """)
                        .bind("tenant", tenant.value())
                        .bind("model", model.value())
                        .mapTo(String.class)
                        .list());
    }

    /** Publishes the facts of vehicles, which have changed; in order of VINs. */
    static void announce(
            Handle handle, Announcements announcements, TenantId tenant, List<String> vins) {
        String raise =
                """
                UPDATE vehicle SET version = greatest(version + 1, :floor), updated_at = now()
                WHERE tenant = :tenant AND vin = ANY (:vins)
                """;
        for (int from = 0; from < vins.size(); from += AT_ONCE) {
            List<String> some = vins.subList(from, Math.min(vins.size(), from + AT_ONCE));
            handle.createUpdate(raise)
                    .bind("floor", announcements.floor())
                    .bind("tenant", tenant.value())
                    .bindArray("vins", String.class, some)
                    .execute();
            announcements.vehicles(handle, read(handle, tenant, some));
        }
    }

    /** In order of VINs. */
    static List<Vehicle> read(Handle handle, TenantId tenant, List<String> vins) {
        return handle.createQuery(
                        SELECT + "WHERE v.tenant = :tenant AND v.vin = ANY (:vins) ORDER BY v.vin")
                .bind("tenant", tenant.value())
                .bindArray("vins", String.class, vins)
                .map((row, _) -> vehicleOf(row))
                .list();
    }

    /** Tells the gateways whether the vehicle, which is locked, may be connected. */
    static void announceAccess(Handle handle, Announcements announcements, Vin vin) {
        String sql =
                """
                UPDATE vehicle SET access_version = greatest(access_version + 1, :floor,
                    (SELECT f.version + 1 FROM version_floor f))
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
        String serial = row.getString("serial");
        return new Vehicle(
                Vin.of(row.getString("vin")),
                TenantId.of(row.getString("tenant")),
                new ModelId(row.getString("model")),
                VehicleState.valueOf(row.getString("state")),
                new VehicleLabels(FleetTable.textsOf(row.getString("labels"))),
                ModelTable.catalogueOf(row),
                serial == null ? null : new TboxSerial(serial),
                FleetTable.listOf(row, "fleets").stream().map(FleetId::new).toList(),
                row.getLong("version"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    static InvalidValueException unknown(Vin vin) {
        return new InvalidValueException(
                ErrorCode.VEHICLE_UNKNOWN, "vehicle", vin, "is not registered");
    }
}
