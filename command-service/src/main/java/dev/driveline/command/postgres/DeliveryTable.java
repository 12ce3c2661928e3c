package dev.driveline.command.postgres;

import dev.driveline.command.webhook.Attempt;
import dev.driveline.command.webhook.Delivery;
import dev.driveline.command.webhook.StoredSecrets;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code delivery}: what is to be told to webhooks, and what became of it. Methods run in the
 * caller's transaction.
 */
public final class DeliveryTable {

    /** What becomes of a delivery. */
    public enum State {
        PENDING,
        DELIVERED,
        DEAD
    }

    /**
     * A new one.
     *
     * @param state PENDING, or DEAD where too much is pending
     */
    public record New(
            UUID webhook,
            String event,
            String name,
            @Nullable String vin,
            byte[] body,
            State state,
            @Nullable String problem) {}

    /**
     * One as its owner sees it.
     *
     * @param dueAt of the next try; null if there is none
     * @param triedAt null before the first try
     * @param status of the last answer; null if there was none
     */
    public record Row(
            long number,
            String event,
            String name,
            @Nullable String vin,
            State state,
            int attempts,
            Instant since,
            @Nullable Instant dueAt,
            @Nullable Instant triedAt,
            @Nullable Integer status,
            @Nullable String problem) {}

    /** How many stand where. */
    public record Counts(int pending, int dead) {}

    /** Adds those that are not there: an event is told to a webhook once. */
    public void insert(Handle handle, Collection<New> added, Instant now) {
        try (PreparedBatch batch =
                handle.prepareBatch(
                        """
                        INSERT INTO delivery (webhook, event, name, vin, body, state, since, due_at, problem)
                        SELECT id, :event, :name, :vin, :body, :state, :now, :now, :problem
                        FROM webhook WHERE id = :webhook
                        ON CONFLICT (webhook, event) DO NOTHING
                        """)) {
            for (New one : added) {
                batch.bind("webhook", one.webhook())
                        .bind("event", one.event())
                        .bind("name", one.name())
                        .bind("vin", one.vin())
                        .bind("body", one.body())
                        .bind("state", one.state().name())
                        .bind("now", now)
                        .bind("problem", one.problem())
                        .add();
            }
            var _ = batch.execute();
        }
    }

    /** How many wait for a webhook, counted up to a limit. */
    public int pending(Handle handle, UUID webhook, int limit) {
        return count(handle, webhook, State.PENDING, limit);
    }

    public Counts counts(Handle handle, UUID webhook, int limit) {
        return new Counts(
                count(handle, webhook, State.PENDING, limit),
                count(handle, webhook, State.DEAD, limit));
    }

    private static int count(Handle handle, UUID webhook, State state, int limit) {
        return handle.createQuery(
                        """
                        SELECT count(*) FROM (SELECT 1 FROM delivery WHERE webhook = :webhook AND state = :state
                                              LIMIT :limit) AS counted
                        """)
                .bind("webhook", webhook)
                .bind("state", state.name())
                .bind("limit", limit)
                .mapTo(Integer.class)
                .one();
    }

    /**
     * Takes what is due, each webhook's oldest first; nobody else gets it before the lease is over.
     * The time for tries begins with the first, however long it waited for a key or a place.
     *
     * @param each at most of a webhook
     * @param busy webhooks that get nothing now
     */
    public List<Delivery> take(
            Handle handle,
            Instant now,
            Duration lease,
            int each,
            int limit,
            Collection<UUID> busy) {
        return handle.createQuery(
                        """
                        WITH due AS (
                            SELECT d.number, w.id, w.tenant, w.url, w.secret,
                                   CASE WHEN w.former_until > :now THEN w.former_secret END AS former
                            FROM webhook w CROSS JOIN LATERAL (
                                SELECT number FROM delivery
                                WHERE webhook = w.id AND state = 'PENDING' AND due_at <= :now
                                ORDER BY due_at LIMIT :each FOR UPDATE SKIP LOCKED) d
                            WHERE w.active AND w.id <> ALL(:busy)
                            LIMIT :limit)
                        UPDATE delivery SET due_at = :lost, attempts = attempts + 1, tried_at = :now,
                               since = CASE WHEN attempts = 0 THEN :now ELSE since END
                        FROM due WHERE delivery.number = due.number
                        RETURNING delivery.number, due.id AS webhook, due.tenant, due.url, delivery.event, delivery.body,
                                  delivery.attempts, delivery.since, due.secret, due.former
                        """)
                .bind("now", now)
                .bind("lost", now.plus(lease))
                .bind("each", each)
                .bind("limit", limit)
                .bindArray("busy", UUID.class, busy)
                .map(DeliveryTable::delivery)
                .list();
    }

    /** A try has ended, with the next one's time if there is to be one. */
    public void tried(Handle handle, long number, Attempt attempt, @Nullable Instant next) {
        State state = attempt.taken() ? State.DELIVERED : next == null ? State.DEAD : State.PENDING;
        handle.createUpdate(
                        """
                        UPDATE delivery
                        SET state = :state, due_at = coalesce(:next::timestamptz, due_at), status = :status,
                            problem = :problem
                        WHERE number = :number
                        """)
                .bind("number", number)
                .bind("state", state.name())
                .bind("next", next)
                .bind("status", attempt.status())
                .bind("problem", attempt.problem())
                .execute();
    }

    /** A webhook's, the newest first. */
    public List<Row> page(
            Handle handle, UUID webhook, @Nullable State state, @Nullable Long before, int limit) {
        return handle.createQuery(
                        """
                        SELECT number, event, name, vin, state, attempts, since, due_at, tried_at, status, problem
                        FROM delivery
                        WHERE webhook = :webhook AND (:state::text IS NULL OR state = :state)
                          AND (:before::bigint IS NULL OR number < :before)
                        ORDER BY number DESC LIMIT :limit
                        """)
                .bind("webhook", webhook)
                .bind("state", state == null ? null : state.name())
                .bind("before", before)
                .bind("limit", limit)
                .map(DeliveryTable::row)
                .list();
    }

    /** One is told again, whatever became of it; false if there is none. */
    public boolean replay(Handle handle, UUID webhook, long number, Instant now) {
        return handle.createUpdate(REPLAY + " WHERE webhook = :webhook AND number = :number")
                        .bind("webhook", webhook)
                        .bind("number", number)
                        .bind("now", now)
                        .execute()
                > 0;
    }

    /** The dead letters of a time are told again; how many. */
    public int replayDead(Handle handle, UUID webhook, Instant from, Instant to, Instant now) {
        return handle.createUpdate(
                        REPLAY
                                + " WHERE webhook = :webhook AND state = 'DEAD' AND since >= :from AND since < :to")
                .bind("webhook", webhook)
                .bind("from", from)
                .bind("to", to)
                .bind("now", now)
                .execute();
    }

    private static final String REPLAY =
            "UPDATE delivery SET state = 'PENDING', attempts = 0, since = :now, due_at = :now";

    /** Deletes what was delivered before one time, and everything before another. */
    public int forget(Handle handle, Instant delivered, Instant all) {
        return handle.createUpdate(
                        """
                        DELETE FROM delivery
                        WHERE (state = 'DELIVERED' AND tried_at < :delivered) OR since < :all
                        """)
                .bind("delivered", delivered)
                .bind("all", all)
                .execute();
    }

    /** What is told of a vehicle. */
    public int erase(Handle handle, Vin vin) {
        return handle.createUpdate("DELETE FROM delivery WHERE vin = :vin")
                .bind("vin", vin.value())
                .execute();
    }

    private static Delivery delivery(ResultSet row, StatementContext context) throws SQLException {
        UUID webhook = row.getObject("webhook", UUID.class);
        return new Delivery(
                row.getLong("number"),
                webhook,
                URI.create(row.getString("url")),
                row.getString("event"),
                row.getBytes("body"),
                row.getInt("attempts"),
                timeIn(row, "since"),
                new StoredSecrets(
                        TenantId.of(row.getString("tenant")),
                        webhook,
                        row.getString("secret"),
                        row.getString("former")));
    }

    private static Row row(ResultSet row, StatementContext context) throws SQLException {
        State state = State.valueOf(row.getString("state"));
        OffsetDateTime tried = row.getObject("tried_at", OffsetDateTime.class);
        return new Row(
                row.getLong("number"),
                row.getString("event"),
                row.getString("name"),
                row.getString("vin"),
                state,
                row.getInt("attempts"),
                timeIn(row, "since"),
                state == State.PENDING ? timeIn(row, "due_at") : null,
                tried == null ? null : tried.toInstant(),
                row.getObject("status", Integer.class),
                row.getString("problem"));
    }

    private static Instant timeIn(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
