package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.fleet.Fleet;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.fleet.Fleets;
import dev.driveline.registry.vehicle.LabelSelector;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code fleet} and {@code fleet_member}.
 *
 * <p>A tenant's fleets are locked in shared mode by whoever publishes facts of its vehicles and
 * alone by whoever changes them, always before any row: else a fact could miss a fleet that came
 * while the vehicle's labels changed.
 */
public final class FleetTable implements Fleets {

    /** Of {@code vehicle v} and {@code fleet f}. */
    private static final String IS_IN =
            """
            (v.labels @> f.selector AND jsonb_exists_all(v.labels, f.keys)
             OR f.selector IS NULL
                AND EXISTS (SELECT FROM fleet_member m
                            WHERE m.tenant = f.tenant AND m.fleet = f.id AND m.vin = v.vin))
            """;

    /** Of {@code vehicle v}; parameter {@code fleets}. */
    static final String IN_ANY_OF =
            "EXISTS (SELECT FROM fleet f WHERE f.tenant = v.tenant AND f.id = ANY (:fleets) AND "
                    + IS_IN
                    + ")";

    private final Database database;
    private final Announcements announcements;

    public FleetTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    /** Keeps the tenant's fleets as they are until the transaction ends. */
    static void hold(Handle handle, TenantId tenant) {
        lock(handle, "pg_advisory_xact_lock_shared", tenant);
    }

    private static void lock(Handle handle, String function, TenantId tenant) {
        handle.execute(
                "SELECT " + function + "(hashtextextended('driveline.fleets/' || ?, 0))",
                tenant.value());
    }

    @Override
    public void add(TenantId tenant, Fleet fleet) {
        String sql =
                """
                INSERT INTO fleet (tenant, id, name, selector, keys)
                VALUES (:tenant, :id, :name, :selector::jsonb, :keys) ON CONFLICT DO NOTHING
                """;
        alone(
                tenant,
                handle -> {
                    mustHaveRoom(handle, tenant);
                    int added = bind(handle, sql, tenant, fleet).execute();
                    if (added == 0) {
                        throw new InvalidValueException(
                                ErrorCode.ALREADY_EXISTS, "fleet", fleet.id(), "exists already");
                    }
                    announce(handle, tenant, members(handle, tenant, fleet.id()));
                    return fleet;
                });
    }

    @Override
    public Fleet get(TenantId tenant, FleetId id) {
        return database.transaction(handle -> find(handle, tenant, id));
    }

    @Override
    public List<Fleet> list(TenantId tenant, @Nullable Set<String> only, String after, int limit) {
        String sql =
                """
                SELECT * FROM fleet
                WHERE tenant = :tenant AND id > :after AND (:all OR id = ANY (:only))
                ORDER BY id LIMIT :limit
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("after", after)
                        .bind("all", only == null)
                        .bindArray("only", String.class, only == null ? List.of() : only)
                        .bind("limit", limit)
                        .map((row, _) -> fleetOf(row))
                        .list());
    }

    @Override
    public Fleet change(
            TenantId tenant, FleetId id, @Nullable String etag, UnaryOperator<Fleet> change) {
        String sql =
                """
                UPDATE fleet SET name = :name, selector = :selector::jsonb, keys = :keys,
                                 version = version + 1, updated_at = now()
                WHERE tenant = :tenant AND id = :id
                """;
        return alone(
                tenant,
                handle -> {
                    Fleet before = find(handle, tenant, id);
                    Preconditions.mustMatch(etag, before.etag(), "fleet");
                    Fleet after = change.apply(before);
                    if (after.equals(before)) {
                        return before;
                    }
                    Set<String> affected = members(handle, tenant, id);
                    bind(handle, sql, tenant, after).execute();
                    Set<String> now = members(handle, tenant, id);
                    Set<String> both = new TreeSet<>(affected);
                    both.retainAll(now);
                    affected.addAll(now);
                    affected.removeAll(both);
                    announce(handle, tenant, affected);
                    return find(handle, tenant, id);
                });
    }

    @Override
    public void remove(TenantId tenant, FleetId id, @Nullable String etag) {
        var _ =
                alone(
                        tenant,
                        handle -> {
                            Fleet fleet = find(handle, tenant, id);
                            Preconditions.mustMatch(etag, fleet.etag(), "fleet");
                            mustHaveNoRule(handle, tenant, id);
                            Set<String> members = members(handle, tenant, id);
                            handle.createUpdate(
                                            "DELETE FROM fleet WHERE tenant = :tenant AND id = :id")
                                    .bind("tenant", tenant.value())
                                    .bind("id", id.value())
                                    .execute();
                            announce(handle, tenant, members);
                            return fleet;
                        });
    }

    @Override
    public void put(TenantId tenant, FleetId id, Vin vin, boolean member) {
        String sql =
                member
                        ? """
                        INSERT INTO fleet_member (tenant, fleet, vin) VALUES (:tenant, :fleet, :vin)
                        ON CONFLICT DO NOTHING
                        """
                        : """
                        DELETE FROM fleet_member
                        WHERE tenant = :tenant AND fleet = :fleet AND vin = :vin
                        """;
        var _ =
                alone(
                        tenant,
                        handle -> {
                            Fleet fleet = find(handle, tenant, id);
                            VehicleTable.lock(handle, tenant, vin);
                            if (fleet.selector() != null) {
                                throw new InvalidValueException(
                                        ErrorCode.CONFLICT,
                                        "fleet",
                                        id,
                                        "has a selector, its members cannot be named");
                            }
                            int changed =
                                    handle.createUpdate(sql)
                                            .bind("tenant", tenant.value())
                                            .bind("fleet", id.value())
                                            .bind("vin", vin.value())
                                            .execute();
                            if (changed > 0) {
                                announce(handle, tenant, Set.of(vin.value()));
                            }
                            return fleet;
                        });
    }

    @Override
    public boolean contain(TenantId tenant, Set<String> fleets, Vin vin) {
        if (fleets.isEmpty()) {
            return false;
        }
        return database.transaction(handle ->
                handle.createQuery(
                                "SELECT count(*) > 0 FROM vehicle v WHERE v.vin = :vin AND v.tenant = :tenant AND "
                                        + IN_ANY_OF)
                        .bind("vin", vin.value())
                        .bind("tenant", tenant.value())
                        .bindArray("fleets", String.class, fleets)
                        .mapTo(Boolean.class)
                        .one());
    }

    /** The VINs of a fleet, in order. */
    static Set<String> members(Handle handle, TenantId tenant, FleetId id) {
        String sql =
                """
                SELECT v.vin FROM vehicle v JOIN fleet f ON f.tenant = v.tenant AND f.id = :fleet
                WHERE v.tenant = :tenant AND
                """;
        return new TreeSet<>(
                handle.createQuery(sql + IS_IN)
                        .bind("tenant", tenant.value())
                        .bind("fleet", id.value())
                        .mapTo(String.class)
                        .list());
    }

    /**
     * @throws InvalidValueException FLEET_UNKNOWN
     */
    static Fleet find(Handle handle, TenantId tenant, FleetId id) {
        return handle.createQuery("SELECT * FROM fleet WHERE tenant = :tenant AND id = :id")
                .bind("tenant", tenant.value())
                .bind("id", id.value())
                .map((row, _) -> fleetOf(row))
                .findOne()
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.FLEET_UNKNOWN, "fleet", id, "does not exist"));
    }

    private <T> T alone(TenantId tenant, Database.Work<T> work) {
        return database.transaction(handle -> {
            lock(handle, "pg_advisory_xact_lock", tenant);
            return work.in(handle);
        });
    }

    private void announce(Handle handle, TenantId tenant, Set<String> vins) {
        VehicleTable.announce(handle, announcements, tenant, List.copyOf(new TreeSet<>(vins)));
    }

    private static org.jdbi.v3.core.statement.Update bind(
            Handle handle, String sql, TenantId tenant, Fleet fleet) {
        LabelSelector selector = fleet.selector();
        return handle.createUpdate(sql)
                .bind("tenant", tenant.value())
                .bind("id", fleet.id().value())
                .bind("name", fleet.name())
                .bind("selector", selector == null ? null : Json.text(selector.values()))
                .bindArray(
                        "keys",
                        String.class,
                        selector == null ? List.of() : List.copyOf(selector.keys()));
    }

    private static void mustHaveRoom(Handle handle, TenantId tenant) {
        int fleets =
                handle.createQuery("SELECT count(*) FROM fleet WHERE tenant = :tenant")
                        .bind("tenant", tenant.value())
                        .mapTo(Integer.class)
                        .one();
        if (fleets >= MAX) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT, "fleets", fleets, "a tenant has at most " + MAX);
        }
    }

    private static void mustHaveNoRule(Handle handle, TenantId tenant, FleetId id) {
        handle.createQuery(
                        """
                        SELECT id::text FROM topic_rule
                        WHERE tenant = :tenant AND scope = 'FLEET' AND subject = :id LIMIT 1
                        """)
                .bind("tenant", tenant.value())
                .bind("id", id.value())
                .mapTo(String.class)
                .findOne()
                .ifPresent(rule -> {
                    throw new InvalidValueException(
                            ErrorCode.CONFLICT, "fleet", id, "access rule " + rule + " is for it");
                });
    }

    private static Fleet fleetOf(ResultSet row) throws SQLException {
        String selector = row.getString("selector");
        return new Fleet(
                new FleetId(row.getString("id")),
                row.getString("name"),
                selector == null
                        ? null
                        : new LabelSelector(textsOf(selector), Set.copyOf(listOf(row, "keys"))),
                row.getLong("version"));
    }

    /** A JSON object of texts. */
    static Map<String, String> textsOf(String json) {
        Map<String, String> texts = new TreeMap<>();
        Json.map(json).forEach((key, value) -> texts.put(key, String.valueOf(value)));
        return texts;
    }

    /** A column {@code text[]}. */
    static List<String> listOf(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : Arrays.asList((String[]) array.getArray());
    }
}
