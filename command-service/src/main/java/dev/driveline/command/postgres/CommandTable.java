package dev.driveline.command.postgres;

import dev.driveline.command.command.Command;
import dev.driveline.command.command.Dispatch;
import dev.driveline.command.command.Kind;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code command}, {@code counter} and {@code idempotency}. Methods run in the caller's
 * transaction.
 */
public final class CommandTable {

    private static final String COLUMNS =
            """
            SELECT id, vin, tenant, type, domain, toggle, supersedes, params, state, step, envelope, counter, ttl_s,
                   background, advice, batch, issued_at, expires_at, result_by, dispatches, attempt_at, code, result,
                   late, requested_by
            FROM command
            """;

    /** Lets one transaction at a time decide about a vehicle's commands. */
    public void lock(Handle handle, Vin vin) {
        handle.createQuery("SELECT pg_advisory_xact_lock(hashtextextended(:vin, 0))")
                .bind("vin", vin.value())
                .map((row, context) -> true)
                .one();
    }

    /** Allots the next counter of a vehicle: above the last one, and not below the clock. */
    public long nextCounter(Handle handle, Vin vin, Instant issuedAt) {
        return handle.createQuery(
                        """
                        INSERT INTO counter (vin, highest) VALUES (:vin, :now)
                        ON CONFLICT (vin) DO UPDATE SET highest = greatest(counter.highest + 1, excluded.highest)
                        RETURNING highest
                        """)
                .bind("vin", vin.value())
                .bind("now", issuedAt.toEpochMilli())
                .mapTo(Long.class)
                .one();
    }

    /** A vehicle has seen a higher counter than ours. */
    public void raiseCounter(Handle handle, Vin vin, long seen) {
        handle.createUpdate(
                        """
                        INSERT INTO counter (vin, highest)
                        SELECT vin, :seen FROM vehicle WHERE vin = :vin
                        ON CONFLICT (vin) DO UPDATE SET highest = greatest(counter.highest, excluded.highest)
                        """)
                .bind("vin", vin.value())
                .bind("seen", seen)
                .execute();
    }

    public void insert(Handle handle, StoredCommand stored, Instant now) {
        Update insert =
                handle.createUpdate(
                        """
                        INSERT INTO command (id, vin, tenant, type, domain, toggle, supersedes, params, state, in_flight,
                                             terminal, step, envelope, counter, ttl_s, background, advice, batch,
                                             issued_at, expires_at, result_by, due_at, dispatches, attempt_at, code,
                                             result, late, requested_by, updated_at)
                        VALUES (:id, :vin, :tenant, :type, :domain, :toggle, :supersedes::jsonb, :params::jsonb, :state,
                                :inFlight, :terminal, :step, :envelope, :counter, :ttl, :background, :advice::jsonb,
                                :batch::uuid, :issued, :expires, :resultBy, :due, :dispatches::jsonb, :attempt, :code,
                                :result::jsonb, :late, :requestedBy, :now)
                        """);
        bindWhatChanges(insert, stored, now)
                .bind("vin", stored.vin().value())
                .bind("tenant", stored.tenant().value())
                .bind("type", stored.kind().type())
                .bind("domain", stored.kind().domain())
                .bind("toggle", stored.kind().toggle())
                .bind("supersedes", Json.text(stored.kind().supersedes()))
                .bind("params", Json.text(stored.params()))
                .bind("ttl", stored.wish().ttlS())
                .bind("background", stored.wish().background())
                .bind("advice", text(stored.wish().advice()))
                .bind("batch", stored.wish().batch())
                .bind("issued", stored.issuedAt())
                .bind("requestedBy", stored.requestedBy())
                .execute();
    }

    /**
     * Writes what can change. When it is next looked at is not put off where only its end is left
     * to come, since that would touch every index: {@link #settle} does at that look.
     */
    public void save(Handle handle, StoredCommand stored, Instant now) {
        Update update =
                handle.createUpdate(
                        """
                        UPDATE command
                        SET state = :state, in_flight = :inFlight, terminal = :terminal, step = :step,
                            due_at = CASE WHEN :onlyEnds AND due_at > :now THEN least(due_at, :due) ELSE :due END,
                            dispatches = :dispatches::jsonb, attempt_at = :attempt, code = :code,
                            result = :result::jsonb, late = :late, envelope = :envelope, counter = :counter,
                            expires_at = :expires, result_by = :resultBy, updated_at = :now
                        WHERE id = :id
                        """);
        bindWhatChanges(update, stored, now).bind("onlyEnds", stored.onlyEnds()).execute();
    }

    private static Update bindWhatChanges(Update statement, StoredCommand stored, Instant now) {
        Command command = stored.command();
        return statement
                .bind("id", stored.id().value())
                .bind("state", command.state().name())
                .bind("inFlight", command.inFlight())
                .bind("terminal", command.state().terminal())
                .bind("step", stored.step())
                .bind("due", stored.due())
                .bind("dispatches", Json.text(command.dispatches()))
                .bind("attempt", stored.attemptAt())
                .bind("code", command.code())
                .bind("result", text(command.result()))
                .bind("late", command.late())
                .bind("envelope", stored.document().envelope())
                .bind("counter", stored.document().counter())
                .bind("expires", command.expiresAt())
                .bind("resultBy", command.resultBy())
                .bind("now", now);
    }

    public Optional<StoredCommand> byId(Handle handle, CommandId id) {
        return handle.createQuery(COLUMNS + "WHERE id = :id")
                .bind("id", id.value())
                .map(CommandTable::stored)
                .findOne();
    }

    /** Those of a vehicle that have not ended. */
    public List<StoredCommand> open(Handle handle, Vin vin) {
        // In the order of its index, which is then walked and rid of dead entries.
        return handle
                .createQuery(COLUMNS + "WHERE vin = :vin AND NOT terminal ORDER BY vin, domain, id")
                .bind("vin", vin.value())
                .map(CommandTable::stored)
                .list()
                .stream()
                .sorted(Comparator.comparingLong(stored -> stored.document().counter()))
                .toList();
    }

    /** A page of a vehicle's commands, the newest first. */
    public List<StoredCommand> page(
            Handle handle, Vin vin, TenantId tenant, @Nullable CommandId before, int limit) {
        return handle.createQuery(
                        COLUMNS
                                + """
                                WHERE vin = :vin AND tenant = :tenant AND (:before::uuid IS NULL OR id < :before::uuid)
                                ORDER BY id DESC LIMIT :limit
                                """)
                .bind("vin", vin.value())
                .bind("tenant", tenant.value())
                .bind("before", before == null ? null : before.value())
                .bind("limit", limit)
                .map(CommandTable::stored)
                .list();
    }

    /**
     * What was looked at and could not be tried waits for its vehicle or for its end, and is not
     * looked at again and again.
     */
    public void settle(Handle handle, Vin vin, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE command
                        SET due_at = CASE WHEN state = 'WAKING' THEN least(expires_at, :again)
                                          WHEN state IN ('ACCEPTED', 'AWAITING_APPROVAL', 'QUEUED') THEN expires_at
                                          ELSE result_by END
                        WHERE vin = :vin AND NOT terminal AND due_at <= :now
                        """)
                .bind("vin", vin.value())
                .bind("now", now)
                .bind("again", now.plus(StoredCommand.AFTER_WAKE))
                .execute();
    }

    /** Makes what waits of a vehicle be looked at by then. */
    public void lookSoon(Handle handle, Vin vin, Instant at) {
        handle.createUpdate(
                        """
                        UPDATE command SET due_at = :at
                        WHERE vin = :vin AND NOT terminal AND state IN ('QUEUED', 'WAKING') AND due_at > :at
                        """)
                .bind("vin", vin.value())
                .bind("at", at)
                .execute();
    }

    /**
     * A look has failed: what is due, and what waits, is due at another time. What is under way and
     * not due keeps its time, which says when it is sent again.
     *
     * @return how many are due then
     */
    public int lookAgain(Handle handle, Vin vin, Instant now, Instant at) {
        return handle.createUpdate(
                        """
                        UPDATE command SET due_at = :at
                        WHERE vin = :vin AND NOT terminal
                          AND (due_at <= :now OR (NOT in_flight AND due_at > :at))
                        """)
                .bind("vin", vin.value())
                .bind("now", now)
                .bind("at", at)
                .execute();
    }

    /** Makes what waits in a tenant be looked at now. */
    public void rouse(Handle handle, TenantId tenant, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE command SET due_at = :now
                        WHERE tenant = :tenant AND NOT terminal AND state IN ('QUEUED', 'WAKING')
                        """)
                .bind("tenant", tenant.value())
                .bind("now", now)
                .execute();
    }

    /**
     * Vehicles with a command whose time has come, the earliest first.
     *
     * @param most commands that are looked at
     */
    public List<Vin> due(Handle handle, Instant now, int most) {
        return handle
                .createQuery(
                        "SELECT vin FROM command WHERE NOT terminal AND due_at <= :now ORDER BY due_at LIMIT :most")
                .bind("now", now)
                .bind("most", most)
                .map((row, context) -> Vin.of(row.getString("vin")))
                .list()
                .stream()
                .distinct()
                .toList();
    }

    /** Vehicles with a command that has not ended, in order, after one. */
    public List<Vin> waiting(Handle handle, String after, int limit) {
        return handle.createQuery(
                        "SELECT DISTINCT vin FROM command WHERE NOT terminal AND vin > :after ORDER BY vin LIMIT :limit")
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> Vin.of(row.getString("vin")))
                .list();
    }

    /** What an idempotency key was used for. */
    public record Former(String requestHash, CommandId command) {}

    /** The use of a key within its day. */
    public Optional<Former> former(
            Handle handle, TenantId tenant, String subject, String key, Instant notBefore) {
        return handle.createQuery(
                        """
                        SELECT request_hash, command_id FROM idempotency
                        WHERE tenant = :tenant AND subject = :subject AND key = :key AND created_at > :notBefore
                        """)
                .bind("tenant", tenant.value())
                .bind("subject", subject)
                .bind("key", key)
                .bind("notBefore", notBefore)
                .map((row, context) ->
                        new Former(
                                row.getString("request_hash"),
                                new CommandId(row.getObject("command_id", UUID.class))))
                .findOne();
    }

    public void remember(
            Handle handle, TenantId tenant, String subject, String key, Former use, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO idempotency (tenant, subject, key, request_hash, command_id, created_at)
                        VALUES (:tenant, :subject, :key, :hash, :command, :now)
                        ON CONFLICT (tenant, subject, key) DO UPDATE
                        SET request_hash = excluded.request_hash, command_id = excluded.command_id,
                            created_at = excluded.created_at
                        """)
                .bind("tenant", tenant.value())
                .bind("subject", subject)
                .bind("key", key)
                .bind("hash", use.requestHash())
                .bind("command", use.command().value())
                .bind("now", now)
                .execute();
    }

    /** Deletes all that is kept of a vehicle but its audit; returns the number of rows. */
    public int erase(Handle handle, Vin vin) {
        int rows = 0;
        for (String sql :
                List.of(
                        """
                        DELETE FROM idempotency i USING command c WHERE i.command_id = c.id AND c.vin = ?
                        """,
                        "DELETE FROM command WHERE vin = ?",
                        "DELETE FROM counter WHERE vin = ?",
                        "DELETE FROM configuration WHERE vin = ?",
                        "DELETE FROM configuration_report WHERE vin = ?",
                        "DELETE FROM wake WHERE vin = ?",
                        "DELETE FROM vehicle WHERE vin = ?")) {
            rows += handle.execute(sql, vin.value());
        }
        return rows;
    }

    public void forgetKeys(Handle handle, Instant before) {
        for (String table : List.of("idempotency", "idempotent_answer")) {
            handle.createUpdate("DELETE FROM " + table + " WHERE created_at < :before")
                    .bind("before", before)
                    .execute();
        }
    }

    private static StoredCommand stored(ResultSet row, StatementContext context)
            throws SQLException {
        String result = row.getString("result");
        String advice = row.getString("advice");
        Command command =
                new Command(
                        CommandState.valueOf(row.getString("state")),
                        instant(row, "expires_at"),
                        instant(row, "result_by"),
                        List.of(Json.read(row.getString("dispatches"), Dispatch[].class)),
                        row.getString("code"),
                        result == null ? null : Json.map(result),
                        row.getBoolean("late"));
        OffsetDateTime attempt = row.getObject("attempt_at", OffsetDateTime.class);
        return new StoredCommand(
                new CommandId(row.getObject("id", UUID.class)),
                Vin.of(row.getString("vin")),
                TenantId.of(row.getString("tenant")),
                new Kind(
                        row.getString("type"),
                        row.getString("domain"),
                        row.getBoolean("toggle"),
                        Set.of(Json.read(row.getString("supersedes"), String[].class))),
                Json.map(row.getString("params")),
                new StoredCommand.Document(row.getString("envelope"), row.getLong("counter")),
                new StoredCommand.Wish(
                        row.getInt("ttl_s"),
                        row.getBoolean("background"),
                        advice == null ? null : Json.map(advice),
                        row.getObject("batch", UUID.class)),
                instant(row, "issued_at"),
                row.getInt("step"),
                command,
                attempt == null ? null : attempt.toInstant(),
                row.getString("requested_by"));
    }

    private static @Nullable String text(@Nullable Map<String, Object> members) {
        return members == null ? null : Json.text(members);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
