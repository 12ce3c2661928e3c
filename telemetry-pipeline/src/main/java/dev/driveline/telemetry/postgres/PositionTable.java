package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.position.Box;
import dev.driveline.telemetry.position.Position;
import dev.driveline.telemetry.position.Positions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads table {@code position}. Thread-safe. */
public final class PositionTable implements Positions {

    private final Database database;
    private final TenantNumbers tenants;

    public PositionTable(Database database) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
    }

    @Override
    public List<Position> within(
            TenantId tenant, Box box, @Nullable Set<Vin> only, @Nullable Vin after, int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select vin, t_us, latitude, longitude from position
                                where tenant_id = :tenant
                                    and latitude between :south and :north
                                    and case when :over
                                        then longitude >= :west or longitude <= :east
                                        else longitude between :west and :east end
                                    and vin > :after
                                    and (:all or vin = any (:only))
                                order by vin limit :limit
                                """)
                        .bind("tenant", asking)
                        .bind("south", box.south())
                        .bind("north", box.north())
                        .bind("west", box.west())
                        .bind("east", box.east())
                        .bind("over", box.isOverTheMeridian())
                        .bind("after", after == null ? "" : after.value())
                        .bind("all", only == null)
                        .bindArray(
                                "only",
                                String.class,
                                only == null ? List.of() : only.stream().map(Vin::value).toList())
                        .bind("limit", limit)
                        .map((row, _) ->
                                new Position(
                                        Vin.of(row.getString(1)),
                                        row.getLong(2),
                                        row.getDouble(3),
                                        row.getDouble(4)))
                        .list());
    }
}
