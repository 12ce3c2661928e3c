package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import dev.driveline.contract.registry.TopicRuling;
import dev.driveline.registry.access.TopicRule;
import dev.driveline.registry.access.TopicRules;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.model.ModelId;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Table {@code topic_rule}; what becomes of it for the gateways is {@link TopicExceptions}. */
public final class TopicRuleTable implements TopicRules {

    private final Database database;
    private final TopicExceptions exceptions;

    public TopicRuleTable(Database database, TopicExceptions exceptions) {
        this.database = database;
        this.exceptions = exceptions;
    }

    @Override
    public void add(TenantId tenant, TopicRule rule) {
        String sql =
                """
                INSERT INTO topic_rule (id, tenant, scope, subject, action, effect, filter, reason)
                VALUES (:id, :tenant, :scope, :subject, :action, :effect, :filter, :reason)
                ON CONFLICT DO NOTHING
                """;
        database.run(handle -> {
            FleetTable.hold(handle, tenant);
            mustExist(handle, tenant, rule);
            int added =
                    handle.createUpdate(sql)
                            .bind("id", rule.id())
                            .bind("tenant", tenant.value())
                            .bind("scope", rule.scope().name())
                            .bind("subject", rule.subject())
                            .bind("action", rule.action().name())
                            .bind("effect", rule.effect().name())
                            .bind("filter", rule.filter().value())
                            .bind("reason", rule.reason())
                            .execute();
            if (added == 0) {
                throw new InvalidValueException(
                        ErrorCode.ALREADY_EXISTS,
                        "access rule",
                        rule.filter(),
                        "is in force for " + rule.scope() + " " + rule.subject() + " already");
            }
            exceptions.changed(handle, tenant, rule);
        });
    }

    @Override
    public void remove(TenantId tenant, UUID id) {
        database.run(handle -> {
            FleetTable.hold(handle, tenant);
            TopicRule rule = find(handle, tenant, id);
            handle.createUpdate("DELETE FROM topic_rule WHERE id = :id").bind("id", id).execute();
            exceptions.changed(handle, tenant, rule);
        });
    }

    @Override
    public TopicRule get(TenantId tenant, UUID id) {
        return database.transaction(handle -> find(handle, tenant, id));
    }

    @Override
    public List<TopicRule> list(TenantId tenant, String after, int limit) {
        String sql =
                """
                SELECT * FROM topic_rule WHERE tenant = :tenant AND id::text > :after
                ORDER BY id::text LIMIT :limit
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, _) -> ruleOf(row))
                        .list());
    }

    @Override
    public Evaluation evaluate(TenantId tenant, Vin vin, Action action, String topic) {
        return database.transaction(handle -> {
            VehicleTable.mustExist(handle, tenant, vin);
            TopicRuling ruling =
                    TopicRuling.of(
                            action,
                            topic,
                            vin,
                            tenant,
                            TopicExceptions.ofVehicle(handle, vin),
                            TopicExceptions.ofTenant(handle, tenant));
            TopicException by = ruling.by();
            return new Evaluation(ruling, by == null ? List.of() : rulesBehind(handle, tenant, by));
        });
    }

    private static List<TopicRule> rulesBehind(Handle handle, TenantId tenant, TopicException by) {
        Vin vin = by.vin();
        String sql =
                TopicExceptions.RULES_OF_VEHICLES
                        + """
                         AND r.action = :action AND r.effect = :effect AND r.filter = :filter
                        """;
        return handle.createQuery(vin == null ? TopicExceptions.RULES_OF_TENANT : sql)
                .bind("tenant", tenant.value())
                .bindArray("vins", String.class, vin == null ? "" : vin.value())
                .bind("action", by.action().name())
                .bind("effect", by.effect().name())
                .bind("filter", by.filter().value())
                .map((row, _) -> ruleOf(row))
                .list();
    }

    /** What a rule is about must be the tenant's own. */
    private static void mustExist(Handle handle, TenantId tenant, TopicRule rule) {
        switch (rule.scope()) {
            case VIN -> VehicleTable.mustExist(handle, tenant, Vin.of(rule.subject()));
            case MODEL -> {
                ModelTable.hold(handle, tenant, new ModelId(rule.subject()));
            }
            case FLEET -> {
                var _ = FleetTable.find(handle, tenant, new FleetId(rule.subject()));
            }
            case TENANT -> {}
        }
    }

    private static TopicRule find(Handle handle, TenantId tenant, UUID id) {
        return handle.createQuery(
                        "SELECT * FROM topic_rule WHERE id = :id AND tenant = :tenant FOR UPDATE")
                .bind("id", id)
                .bind("tenant", tenant.value())
                .map((row, _) -> ruleOf(row))
                .findOne()
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.ACCESS_RULE_UNKNOWN,
                                "access rule",
                                id,
                                "does not exist"));
    }

    private static TopicRule ruleOf(ResultSet row) throws SQLException {
        return new TopicRule(
                row.getObject("id", UUID.class),
                TopicRule.Scope.valueOf(row.getString("scope")),
                row.getString("subject"),
                Action.valueOf(row.getString("action")),
                Effect.valueOf(row.getString("effect")),
                TopicFilter.of(row.getString("filter")),
                row.getString("reason"),
                row.getTimestamp("created_at").toInstant());
    }
}
