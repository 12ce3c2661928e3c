package dev.driveline.registry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import dev.driveline.registry.access.TopicRule;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.vehicle.Vehicle;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code topic_exception}: rules of all scopes, spelled out by VIN or for a whole tenant as
 * the gateways know them. Whatever changes who is meant, what they were told is brought to what
 * holds now, in the same transaction.
 */
public final class TopicExceptions implements Announcements.VehicleListener {

    /** Of some vehicles; by tenant and {@code vins}. */
    static final String RULES_OF_VEHICLES =
            """
            SELECT v.vin, r.* FROM vehicle v JOIN topic_rule r ON r.tenant = v.tenant
             AND ((r.scope = 'VIN' AND r.subject = v.vin)
               OR (r.scope = 'MODEL' AND r.subject = v.model)
               OR (r.scope = 'FLEET' AND r.subject = ANY (fleets_of(v))))
            WHERE v.tenant = :tenant AND v.vin = ANY (:vins)
            """;

    static final String RULES_OF_TENANT =
            "SELECT r.* FROM topic_rule r WHERE r.tenant = :tenant AND r.scope = 'TENANT'";

    private final Announcements announcements;

    public TopicExceptions(Announcements announcements) {
        this.announcements = announcements;
    }

    /** A rule came or went. */
    void changed(Handle handle, TenantId tenant, TopicRule rule) {
        switch (rule.scope()) {
            case VIN -> vehicles(handle, tenant, List.of(rule.subject()));
            case MODEL -> vehicles(handle, tenant, vehiclesOf(handle, tenant, rule.subject()));
            case FLEET ->
                    vehicles(
                            handle,
                            tenant,
                            FleetTable.members(handle, tenant, new FleetId(rule.subject())));
            case TENANT -> bring(handle, told(handle, tenant, null), wanted(handle, tenant, null));
        }
    }

    /** A vehicle goes: what the gateways were told of it no longer holds. */
    @Override
    public void leaving(Handle handle, Vehicle vehicle) {
        bring(handle, told(handle, vehicle.tenant(), List.of(vehicle.vin().value())), Map.of());
    }

    /** Vehicles came, or changed what rules may ask for. */
    @Override
    public void changed(Handle handle, List<Vehicle> vehicles) {
        vehicles.stream()
                .collect(
                        Collectors.groupingBy(
                                Vehicle::tenant,
                                Collectors.mapping(of -> of.vin().value(), Collectors.toList())))
                .forEach((tenant, vins) -> vehicles(handle, tenant, vins));
    }

    private void vehicles(Handle handle, TenantId tenant, Collection<String> vins) {
        if (vins.isEmpty() || !anyRule(handle, tenant)) {
            return;
        }
        bring(handle, told(handle, tenant, vins), wanted(handle, tenant, vins));
    }

    /** Tells everything anew that was told with a version up to this one. */
    void renew(Handle handle, long version) {
        List<Told> below =
                handle.createQuery(
                                """
                                SELECT * FROM topic_exception WHERE access_version <= :version FOR UPDATE
                                """)
                        .bind("version", version)
                        .map((row, _) -> Told.of(row))
                        .list();
        below.forEach(told -> tell(handle, told.exception(), told.inForce()));
    }

    static List<TopicException> ofVehicle(Handle handle, Vin vin) {
        return inForce(handle, "vin = :subject", vin.value());
    }

    static List<TopicException> ofTenant(Handle handle, TenantId tenant) {
        return inForce(handle, "vin IS NULL AND tenant = :subject", tenant.value());
    }

    private static List<TopicException> inForce(Handle handle, String where, String subject) {
        return handle.createQuery("SELECT * FROM topic_exception WHERE in_force AND " + where)
                .bind("subject", subject)
                .map((row, _) -> Told.of(row).exception())
                .list();
    }

    /** What the gateways were told, with the state it has. */
    private record Told(TopicException exception, boolean inForce) {
        static Told of(ResultSet row) throws SQLException {
            boolean inForce = row.getBoolean("in_force");
            String vin = row.getString("vin");
            return new Told(
                    new TopicException(
                            row.getLong("access_version"),
                            inForce ? State.IN_FORCE : State.REMOVED,
                            vin == null ? null : Vin.of(vin),
                            vin == null ? TenantId.of(row.getString("tenant")) : null,
                            Action.valueOf(row.getString("action")),
                            Effect.valueOf(row.getString("effect")),
                            TopicFilter.of(row.getString("filter"))),
                    inForce);
        }
    }

    private static boolean anyRule(Handle handle, TenantId tenant) {
        return handle.createQuery(
                        """
                        SELECT EXISTS (SELECT FROM topic_rule WHERE tenant = :tenant)
                            OR EXISTS (SELECT FROM topic_exception
                                       WHERE tenant = :tenant AND vin IS NOT NULL AND in_force)
                        """)
                .bind("tenant", tenant.value())
                .mapTo(Boolean.class)
                .one();
    }

    private static List<String> vehiclesOf(Handle handle, TenantId tenant, String model) {
        return handle.createQuery(
                        "SELECT vin FROM vehicle WHERE tenant = :tenant AND model = :model")
                .bind("tenant", tenant.value())
                .bind("model", model)
                .mapTo(String.class)
                .list();
    }

    /** In force, by key; {@code vins} null for the tenant's own. */
    private static Map<String, Told> told(
            Handle handle, TenantId tenant, @Nullable Collection<String> vins) {
        String where = vins == null ? "vin IS NULL" : "vin = ANY (:vins)";
        Map<String, Told> told = new HashMap<>();
        handle.createQuery(
                        "SELECT * FROM topic_exception WHERE tenant = :tenant AND in_force AND "
                                + where
                                + " FOR UPDATE")
                .bind("tenant", tenant.value())
                .bindArray("vins", String.class, vins == null ? List.of() : vins)
                .map((row, _) -> Told.of(row))
                .forEach(each -> told.put(each.exception().key(), each));
        return told;
    }

    private static Map<String, TopicException> wanted(
            Handle handle, TenantId tenant, @Nullable Collection<String> vins) {
        Map<String, TopicException> wanted = new HashMap<>();
        handle.createQuery(vins == null ? RULES_OF_TENANT : RULES_OF_VEHICLES)
                .bind("tenant", tenant.value())
                .bindArray("vins", String.class, vins == null ? List.of() : vins)
                .map((row, _) ->
                        new TopicException(
                                0,
                                State.IN_FORCE,
                                vins == null ? null : Vin.of(row.getString("vin")),
                                vins == null ? tenant : null,
                                Action.valueOf(row.getString("action")),
                                Effect.valueOf(row.getString("effect")),
                                TopicFilter.of(row.getString("filter"))))
                .forEach(exception -> wanted.put(exception.key(), exception));
        return wanted;
    }

    private void bring(Handle handle, Map<String, Told> told, Map<String, TopicException> wanted) {
        told.forEach((key, each) -> {
            if (!wanted.containsKey(key)) {
                tell(handle, each.exception(), false);
            }
        });
        wanted.forEach((key, exception) -> {
            if (!told.containsKey(key)) {
                tell(handle, exception, true);
            }
        });
    }

    private void tell(Handle handle, TopicException exception, boolean inForce) {
        String sql =
                """
                INSERT INTO topic_exception AS t
                    (key, tenant, vin, action, effect, filter, in_force, access_version)
                VALUES (:key, :tenant, :vin, :action, :effect, :filter, :inForce,
                        greatest(:first, (SELECT version + 1 FROM version_floor)))
                ON CONFLICT (key) DO UPDATE SET in_force = excluded.in_force,
                    access_version = greatest(t.access_version + 1, :floor)
                RETURNING access_version
                """;
        Vin vin = exception.vin();
        TenantId tenant = exception.tenant();
        long version =
                handle.createQuery(sql)
                        .bind("key", exception.key())
                        .bind("tenant", tenant == null ? tenantOf(handle, vin) : tenant.value())
                        .bind("vin", vin == null ? null : vin.value())
                        .bind("action", exception.action().name())
                        .bind("effect", exception.effect().name())
                        .bind("filter", exception.filter().value())
                        .bind("inForce", inForce)
                        .bind("first", announcements.next(0))
                        .bind("floor", announcements.floor())
                        .mapTo(Long.class)
                        .one();
        announcements.access(
                handle,
                new TopicException(
                        version,
                        inForce ? State.IN_FORCE : State.REMOVED,
                        vin,
                        tenant,
                        exception.action(),
                        exception.effect(),
                        exception.filter()));
    }

    private static @Nullable String tenantOf(Handle handle, @Nullable Vin vin) {
        return handle.createQuery("SELECT tenant FROM vehicle WHERE vin = :vin")
                .bind("vin", vin == null ? null : vin.value())
                .mapTo(String.class)
                .findOne()
                .orElse(null);
    }
}
