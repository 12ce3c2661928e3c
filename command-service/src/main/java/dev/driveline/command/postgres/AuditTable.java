package dev.driveline.command.postgres;

import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Table {@code audit}: append only, one row a step of a command. */
public final class AuditTable {

    /**
     * One step.
     *
     * @param actor the person ({@code sub}) for what a caller did, {@code vehicle}, {@code gateway}
     *     or {@code driveline} otherwise
     * @param app the app that acted for the person
     * @param payloadHash SHA-256 of the signed envelope, hexadecimal
     */
    public record Step(
            CommandId command,
            int step,
            Instant at,
            Vin vin,
            TenantId tenant,
            String type,
            CommandState state,
            @Nullable String code,
            @Nullable Map<String, Object> result,
            boolean late,
            String actor,
            @Nullable String app,
            @Nullable String scope,
            @Nullable String reason,
            String payloadHash,
            String keyId) {}

    public void append(Handle handle, Step step) {
        handle.createUpdate(
                        """
                        INSERT INTO audit (command_id, step, at, vin, tenant, type, state, code, result, late, actor,
                                           app, scope, reason, payload_hash, key_id)
                        VALUES (:command, :step, :at, :vin, :tenant, :type, :state, :code, :result::jsonb, :late,
                                :actor, :app, :scope, :reason, :hash, :key)
                        """)
                .bind("command", step.command().value())
                .bind("step", step.step())
                .bind("at", step.at())
                .bind("vin", step.vin().value())
                .bind("tenant", step.tenant().value())
                .bind("type", step.type())
                .bind("state", step.state().name())
                .bind("code", step.code())
                .bind("result", step.result() == null ? null : Json.text(step.result()))
                .bind("late", step.late())
                .bind("actor", step.actor())
                .bind("app", step.app())
                .bind("scope", step.scope())
                .bind("reason", step.reason())
                .bind("hash", step.payloadHash())
                .bind("key", step.keyId())
                .execute();
    }

    /** Steps of a command after one, in order. */
    public List<Step> after(Handle handle, CommandId command, int step) {
        return handle.createQuery(
                        "SELECT * FROM audit WHERE command_id = :command AND step > :step ORDER BY step")
                .bind("command", command.value())
                .bind("step", step)
                .map(AuditTable::step)
                .list();
    }

    private static Step step(ResultSet row, StatementContext context) throws SQLException {
        String result = row.getString("result");
        return new Step(
                new CommandId(row.getObject("command_id", UUID.class)),
                row.getInt("step"),
                CommandTable.instant(row, "at"),
                Vin.of(row.getString("vin")),
                TenantId.of(row.getString("tenant")),
                row.getString("type"),
                CommandState.valueOf(row.getString("state")),
                row.getString("code"),
                result == null ? null : Json.map(result),
                row.getBoolean("late"),
                row.getString("actor"),
                row.getString("app"),
                row.getString("scope"),
                row.getString("reason"),
                row.getString("payload_hash"),
                row.getString("key_id"));
    }
}
