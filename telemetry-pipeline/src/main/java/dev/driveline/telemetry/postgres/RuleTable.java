package dev.driveline.telemetry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import dev.driveline.telemetry.rule.RuleDefinition;
import dev.driveline.telemetry.rule.RuleFact;
import dev.driveline.telemetry.rule.RuleId;
import dev.driveline.telemetry.rule.Rules;
import dev.driveline.telemetry.rule.SavedRule;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code rule}; what is committed there goes to {@code telemetry.rules}. Thread-safe.
 *
 * <p>A row is locked before its next version is drawn, so that a rule's versions and records are in
 * one order.
 */
public final class RuleTable implements Rules {

    private final Database database;
    private final Outbox outbox;
    private final Clock clock;

    public RuleTable(Database database, Outbox outbox, Clock clock) {
        this.database = database;
        this.outbox = outbox;
        this.clock = clock;
    }

    @Override
    public List<SavedRule> list(TenantId tenant, String after, int limit) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select * from rule
                                where tenant = :tenant and not deleted and id > :after
                                order by id limit :limit
                                """)
                        .bind("tenant", tenant.value())
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, _) -> savedRuleOf(row))
                        .list());
    }

    @Override
    public SavedRule get(TenantId tenant, RuleId id) {
        return database.transaction(handle -> {
            SavedRule found = find(handle, tenant, id, "");
            return existing(found, id);
        });
    }

    @Override
    public SavedRule add(
            Caller caller, RuleId id, RuleDefinition definition, Map<String, String> signals) {
        TenantId tenant = caller.tenant();
        return database.transaction(handle -> {
            handle.execute(
                    "select pg_advisory_xact_lock(hashtextextended('driveline.rules/' || ?, 0))",
                    tenant.value());
            SavedRule before = find(handle, tenant, id, "for update");
            if (before != null && !before.fact().deleted()) {
                throw new InvalidValueException(
                        ErrorCode.ALREADY_EXISTS, "rule", id, "exists already");
            }
            int count =
                    handle.createQuery("select count(*) from rule where tenant = ? and not deleted")
                            .bind(0, tenant.value())
                            .mapTo(Integer.class)
                            .one();
            if (count >= MAX_OF_A_TENANT) {
                throw new InvalidValueException(
                        ErrorCode.CONFLICT,
                        "rule",
                        id,
                        "the tenant has " + MAX_OF_A_TENANT + " rules, no more are taken");
            }
            return save(handle, caller, id, false, definition, signals);
        });
    }

    @Override
    public SavedRule change(
            Caller caller,
            RuleId id,
            @Nullable String etag,
            RuleDefinition definition,
            Map<String, String> signals) {
        return database.transaction(handle -> {
            var _ = locked(handle, caller.tenant(), id, etag);
            return save(handle, caller, id, false, definition, signals);
        });
    }

    @Override
    public void remove(Caller caller, RuleId id, @Nullable String etag) {
        database.run(handle -> {
            RuleFact fact = locked(handle, caller.tenant(), id, etag).fact();
            save(handle, caller, id, true, fact.definition(), fact.signals());
        });
    }

    private static SavedRule locked(
            Handle handle, TenantId tenant, RuleId id, @Nullable String etag) {
        SavedRule rule = existing(find(handle, tenant, id, "for update"), id);
        // RFC 9110 §13.1.1.
        if (etag != null && !etag.equals("*") && !etag.equals(rule.etag())) {
            throw new ProblemException(
                    ErrorCode.PRECONDITION_FAILED,
                    "If-Match '%s': the rule's ETag is %s".formatted(etag, rule.etag()),
                    Map.of("etag", rule.etag()));
        }
        return rule;
    }

    private SavedRule save(
            Handle handle,
            Caller caller,
            RuleId id,
            boolean deleted,
            RuleDefinition definition,
            Map<String, String> signals) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        SavedRule saved =
                handle.createQuery(
                                """
                                insert into rule as r (tenant, id, version, deleted, definition,
                                    signals, created_at, updated_at, updated_by, updated_app)
                                values (:tenant, :id, nextval('rule_version'), :deleted,
                                    :definition::jsonb, :signals::jsonb, :now, :now, :by, :app)
                                on conflict (tenant, id) do update set
                                    version = excluded.version, deleted = excluded.deleted,
                                    definition = excluded.definition, signals = excluded.signals,
                                    created_at = case when r.deleted then excluded.created_at
                                        else r.created_at end,
                                    updated_at = excluded.updated_at,
                                    updated_by = excluded.updated_by,
                                    updated_app = excluded.updated_app
                                returning *
                                """)
                        .bind("tenant", caller.tenant().value())
                        .bind("id", id.value())
                        .bind("deleted", deleted)
                        .bind("definition", Json.text(definition))
                        .bind("signals", Json.text(signals))
                        .bind("now", now.atOffset(ZoneOffset.UTC))
                        .bind("by", caller.subject())
                        .bind("app", caller.actor())
                        .map((row, _) -> savedRuleOf(row))
                        .one();
        outbox.append(
                handle,
                OutboxRecord.of(
                        Topic.TELEMETRY_RULES, saved.fact().key(), Json.bytes(saved.fact())));
        return saved;
    }

    private static @Nullable SavedRule find(
            Handle handle, TenantId tenant, RuleId id, String lock) {
        return handle.createQuery("select * from rule where tenant = :tenant and id = :id " + lock)
                .bind("tenant", tenant.value())
                .bind("id", id.value())
                .map((row, _) -> savedRuleOf(row))
                .findOne()
                .orElse(null);
    }

    private static SavedRule existing(@Nullable SavedRule rule, RuleId id) {
        if (rule == null || rule.fact().deleted()) {
            throw new InvalidValueException(ErrorCode.RULE_UNKNOWN, "rule", id, "does not exist");
        }
        return rule;
    }

    private static SavedRule savedRuleOf(ResultSet row) throws SQLException {
        Map<String, String> signals = new TreeMap<>();
        Json.map(row.getString("signals"))
                .forEach((name, full) -> signals.put(name, String.valueOf(full)));
        return new SavedRule(
                new RuleFact(
                        TenantId.of(row.getString("tenant")),
                        new RuleId(row.getString("id")),
                        row.getLong("version"),
                        row.getBoolean("deleted"),
                        Json.read(row.getString("definition"), RuleDefinition.class),
                        signals),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                row.getString("updated_by"),
                row.getString("updated_app"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
