package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.bulk.BulkStore;
import dev.driveline.registry.vehicle.NewVehicle;
import dev.driveline.registry.vehicle.Tbox;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Many rows of {@code vehicle} and {@code tbox} with a few statements. */
public final class BulkTables implements BulkStore {

    private static final int MANY = 1_000;
    private static final String SERIALIZATION_FAILURE = "40001";

    private final Database database;
    private final Announcements announcements;

    public BulkTables(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public List<Outcome> add(TenantId tenant, List<NewVehicle> vehicles) {
        return database.transaction(handle -> add(handle, tenant, vehicles));
    }

    @Override
    public void inOneTransaction(Work work) {
        var _ =
                database.once(handle -> {
                    boolean keep =
                            work.with((tenant, vehicles) -> {
                                try {
                                    return add(handle, tenant, vehicles);
                                } catch (SQLException failed) {
                                    throw new org.jdbi.v3.core.statement
                                            .UnableToExecuteStatementException(failed, null);
                                }
                            });
                    if (!keep) {
                        handle.rollback();
                    }
                    return keep;
                });
    }

    /** Until the server comes to it by itself, a minute later, it would sort all for a page. */
    @Override
    public void loaded(long added) {
        if (added >= MANY) {
            database.run(handle -> handle.execute("ANALYZE vehicle, tbox"));
        }
    }

    /** What the database has of a chunk; locked, as far as it could change what is decided. */
    private record Known(
            Set<String> models,
            Map<String, Vehicle> mine,
            Set<String> others,
            Set<String> claimed,
            Map<String, Tbox> boxes) {}

    private List<Outcome> add(Handle handle, TenantId tenant, List<NewVehicle> vehicles)
            throws SQLException {
        FleetTable.hold(handle, tenant);
        Known known = known(handle, tenant, vehicles);
        List<NewVehicle> fresh = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (NewVehicle vehicle : vehicles) {
            Outcome outcome = judge(vehicle, known);
            outcomes.add(outcome);
            if (outcome instanceof Outcome.Added) {
                fresh.add(vehicle);
            }
        }
        if (!fresh.isEmpty()) {
            insert(handle, fresh);
            bind(handle, fresh.stream().filter(vehicle -> vehicle.tbox() != null).toList());
            announcements.vehicles(
                    handle, VehicleTable.read(handle, tenant, texts(fresh, NewVehicle::vin)));
        }
        return outcomes;
    }

    private static Outcome judge(NewVehicle vehicle, Known known) {
        Vehicle mine = known.mine().get(vehicle.vin().value());
        if (mine != null) {
            return isAs(mine, vehicle)
                    ? new Outcome.Skipped()
                    : rejected(
                            ErrorCode.ALREADY_EXISTS,
                            "vehicle",
                            vehicle.vin(),
                            "exists already and is not the same");
        }
        if (known.others().contains(vehicle.vin().value())) {
            return rejected(ErrorCode.ALREADY_EXISTS, "vehicle", vehicle.vin(), "exists already");
        }
        if (known.claimed().contains(vehicle.vin().value())) {
            return rejected(ErrorCode.CONFLICT, "vehicle", vehicle.vin(), AuthorityTable.CLAIMED);
        }
        if (!known.models().contains(vehicle.model().value())) {
            return rejected(ErrorCode.MODEL_UNKNOWN, "model", vehicle.model(), "is not known");
        }
        TboxSerial serial = vehicle.tbox();
        Tbox box = serial == null ? null : known.boxes().get(serial.value());
        if (box != null && !box.tenant().equals(vehicle.tenant())) {
            return rejected(ErrorCode.CONFLICT, "TBox", box.serial(), "is another's");
        }
        if (box != null && box.vin() != null) {
            return rejected(ErrorCode.CONFLICT, "TBox", box.serial(), "is built into " + box.vin());
        }
        return new Outcome.Added();
    }

    private static boolean isAs(Vehicle there, NewVehicle vehicle) {
        return there.model().equals(vehicle.model())
                && there.state() == vehicle.state()
                && there.labels().equals(vehicle.labels())
                && Objects.equals(there.tbox(), vehicle.tbox());
    }

    private static Outcome rejected(ErrorCode code, String thing, Object value, String rule) {
        return new Outcome.Rejected(code, thing + " '" + value + "': " + rule);
    }

    private static Known known(Handle handle, TenantId tenant, List<NewVehicle> vehicles) {
        List<String> vins = texts(vehicles, NewVehicle::vin);
        Set<String> claimed = AuthorityTable.claimed(handle, tenant, vins);
        Map<String, Vehicle> mine = new HashMap<>();
        VehicleTable.read(handle, tenant, vins)
                .forEach(vehicle -> mine.put(vehicle.vin().value(), vehicle));
        Set<String> others =
                new HashSet<>(
                        handle.createQuery(
                                        """
                                        SELECT vin FROM vehicle
                                        WHERE vin = ANY (:vins) AND tenant <> :tenant
                                        """)
                                .bindArray("vins", String.class, vins)
                                .bind("tenant", tenant.value())
                                .mapTo(String.class)
                                .list());
        Set<String> models =
                new HashSet<>(
                        handle.createQuery(
                                        """
                                        SELECT id FROM model
                                        WHERE tenant = :tenant AND id = ANY (:ids)
                                        ORDER BY id FOR KEY SHARE
                                        """)
                                .bind("tenant", tenant.value())
                                .bindArray("ids", String.class, texts(vehicles, NewVehicle::model))
                                .mapTo(String.class)
                                .list());
        Map<String, Tbox> boxes = new HashMap<>();
        handle.createQuery(
                        "SELECT * FROM tbox WHERE serial = ANY (:serials) ORDER BY serial FOR UPDATE")
                .bindArray("serials", String.class, texts(vehicles, NewVehicle::tbox))
                .map((row, _) -> TboxTable.tboxOf(row))
                .forEach(box -> boxes.put(box.serial().value(), box));
        return new Known(models, mine, others, claimed, boxes);
    }

    /** In order of VINs, so that two loads cannot wait for each other. */
    private void insert(Handle handle, List<NewVehicle> fresh) throws SQLException {
        String sql =
                """
                INSERT INTO vehicle (vin, tenant, model, state, labels, version)
                SELECT n.vin, :tenant, n.model, n.state, n.labels::jsonb,
                       greatest(:version, (SELECT version + 1 FROM version_floor))
                FROM unnest(:vins::text[], :models::text[], :states::text[], :labels::text[])
                    AS n (vin, model, state, labels)
                ORDER BY n.vin ON CONFLICT (vin) DO NOTHING
                """;
        int inserted =
                handle.createUpdate(sql)
                        .bind("tenant", fresh.getFirst().tenant().value())
                        .bind("version", announcements.next(0))
                        .bindArray("vins", String.class, column(fresh, NewVehicle::vin))
                        .bindArray("models", String.class, column(fresh, NewVehicle::model))
                        .bindArray("states", String.class, column(fresh, NewVehicle::state))
                        .bindArray(
                                "labels",
                                String.class,
                                column(fresh, v -> Json.text(v.labels().values())))
                        .execute();
        mustBe(inserted, fresh.size());
    }

    private static void bind(Handle handle, List<NewVehicle> fresh) throws SQLException {
        if (fresh.isEmpty()) {
            return;
        }
        String sql =
                """
                INSERT INTO tbox AS t (serial, tenant, vin)
                SELECT n.serial, :tenant, n.vin
                FROM unnest(:serials::text[], :vins::text[]) AS n (serial, vin) ORDER BY n.serial
                ON CONFLICT (serial) DO UPDATE SET vin = excluded.vin
                WHERE t.vin IS NULL AND t.tenant = excluded.tenant
                """;
        int bound =
                handle.createUpdate(sql)
                        .bind("tenant", fresh.getFirst().tenant().value())
                        .bindArray("serials", String.class, column(fresh, NewVehicle::tbox))
                        .bindArray("vins", String.class, column(fresh, NewVehicle::vin))
                        .execute();
        mustBe(bound, fresh.size());
    }

    /** Somebody else was quicker: to be judged anew. */
    private static void mustBe(int rows, int wanted) throws SQLException {
        if (rows != wanted) {
            throw new SQLException(
                    rows + " of " + wanted + " rows, the others came meanwhile",
                    SERIALIZATION_FAILURE);
        }
    }

    private static List<String> column(
            List<NewVehicle> vehicles, Function<NewVehicle, @Nullable Object> of) {
        return vehicles.stream().map(of).map(String::valueOf).toList();
    }

    /** What there is, each once, in order. */
    private static List<String> texts(
            List<NewVehicle> vehicles, Function<NewVehicle, @Nullable Object> of) {
        Set<String> texts = new TreeSet<>();
        for (NewVehicle vehicle : vehicles) {
            Object value = of.apply(vehicle);
            if (value != null) {
                texts.add(value.toString());
            }
        }
        return List.copyOf(texts);
    }
}
