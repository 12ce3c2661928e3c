package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.trip.Leg;
import dev.driveline.telemetry.trip.Legs;
import dev.driveline.telemetry.trip.Readings;
import dev.driveline.telemetry.trip.Refolding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code leg}. Thread-safe. */
public final class LegTable implements Legs {

    private static final String COLUMNS =
            "kind, start_us, end_us, over, driven_m, idle_us, readings";

    private final Database database;
    private final TenantNumbers tenants;

    public LegTable(Database database) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
    }

    @Override
    public List<Leg> list(
            TenantId tenant,
            Vin vin,
            Leg.Kind kind,
            long fromUs,
            long toUs,
            @Nullable Long before,
            int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select %s from leg
                                where vin = :vin and tenant_id = :tenant and kind = :kind
                                    and start_us < least(:to, :before) and end_us >= :from
                                order by start_us desc limit :limit
                                """
                                        .formatted(COLUMNS))
                        .bind("vin", vin.value())
                        .bind("tenant", asking)
                        .bind("kind", kind.number())
                        .bind("from", fromUs)
                        .bind("to", toUs)
                        .bind("before", before == null ? Long.MAX_VALUE : before)
                        .bind("limit", limit)
                        .map((row, _) -> legOf(row))
                        .list());
    }

    /** See {@code Refolding.Reach}. */
    long earliest(String vin, int tenant, long beforeUs, long sinceUs) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select coalesce(min(start_us), :before) from leg
                                where vin = :vin and tenant_id = :tenant
                                    and start_us < :before and end_us >= :since
                                """)
                        .bind("vin", vin)
                        .bind("tenant", tenant)
                        .bind("before", beforeUs)
                        .bind("since", sinceUs)
                        .mapTo(Long.class)
                        .one());
    }

    /** Puts legs in the place of those that are found anew; returns these. */
    static List<Leg> replace(
            Handle handle, String vin, int tenant, Refolding refolding, List<Leg> legs)
            throws SQLException {
        List<Leg> before =
                handle.createQuery(
                                """
                                delete from leg
                                where vin = :vin and tenant_id = :tenant
                                    and start_us >= least(:charges, :drives)
                                    and start_us >=
                                        case when kind = :charging then :charges else :drives end
                                returning %s
                                """
                                        .formatted(COLUMNS))
                        .bind("vin", vin)
                        .bind("tenant", tenant)
                        .bind("charging", Leg.Kind.CHARGING.number())
                        .bind("charges", refolding.chargesFromUs())
                        .bind("drives", refolding.drivesFromUs())
                        .map((row, _) -> legOf(row))
                        .list();
        Connection connection = handle.getConnection();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into leg (vin, tenant_id, kind, start_us, end_us, over, driven_m,
                            idle_us, readings)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """)) {
            for (Leg leg : legs) {
                statement.setString(1, vin);
                statement.setInt(2, tenant);
                statement.setInt(3, leg.kind().number());
                statement.setLong(4, leg.startUs());
                statement.setLong(5, leg.endUs());
                statement.setBoolean(6, leg.over());
                statement.setDouble(7, leg.drivenM());
                statement.setLong(8, leg.idleUs());
                statement.setArray(9, connection.createArrayOf("float8", readings(leg)));
                statement.addBatch();
            }
            statement.executeBatch();
        }
        return before;
    }

    private static Object[] readings(Leg leg) {
        List<Double> all = new ArrayList<>();
        for (Readings readings : List.of(leg.first(), leg.last())) {
            all.add(readings.odometerM());
            all.add(readings.stateOfCharge());
            all.add(readings.energyKwh());
            all.add(readings.fuelL());
            all.add(readings.latitude());
            all.add(readings.longitude());
        }
        return all.toArray();
    }

    private static Leg legOf(ResultSet row) throws SQLException {
        Double[] readings = (Double[]) requireNonNull(row.getArray(7)).getArray();
        return new Leg(
                Leg.Kind.of(row.getInt(1)),
                row.getLong(2),
                row.getLong(3),
                row.getBoolean(4),
                row.getDouble(5),
                row.getLong(6),
                readings(readings, 0),
                readings(readings, readings.length / 2));
    }

    private static Readings readings(Double[] all, int from) {
        return new Readings(
                all[from],
                all[from + 1],
                all[from + 2],
                all[from + 3],
                all[from + 4],
                all[from + 5]);
    }
}
