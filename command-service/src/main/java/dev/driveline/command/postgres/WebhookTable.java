package dev.driveline.command.postgres;

import dev.driveline.command.webhook.StoredSecrets;
import dev.driveline.command.webhook.Webhook;
import dev.driveline.contract.id.TenantId;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Table {@code webhook}. Methods run in the caller's transaction. */
public final class WebhookTable {

    private static final String COLUMNS =
            "id, tenant, url, events, description, active, stopped, version, created_by, created_at, changed_at";

    /** What a webhook asked for. */
    public record Wanting(UUID id, TenantId tenant, List<String> events) {}

    /**
     * @param secret as the row is to have it
     */
    public void insert(Handle handle, Webhook webhook, String secret) {
        bound(
                        handle,
                        """
                        INSERT INTO webhook (id, tenant, url, events, description, active, secret, version,
                                             created_by, created_at, changed_at)
                        VALUES (:id, :tenant, :url, :events, :description, :active, :secret, :version,
                                :createdBy, :createdAt, :changedAt)
                        """,
                        webhook)
                .bind("createdBy", webhook.createdBy())
                .bind("createdAt", webhook.createdAt())
                .bind("secret", secret)
                .execute();
    }

    /** All that can be changed; the secret stays. */
    public void update(Handle handle, Webhook webhook) {
        bound(
                        handle,
                        """
                        UPDATE webhook SET url = :url, events = :events, description = :description,
                               active = :active, stopped = NULL, version = :version, changed_at = :changedAt
                        WHERE id = :id AND tenant = :tenant
                        """,
                        webhook)
                .execute();
    }

    private static Update bound(Handle handle, String sql, Webhook webhook) {
        return handle.createUpdate(sql)
                .bind("id", webhook.id())
                .bind("tenant", webhook.tenant().value())
                .bind("url", webhook.url().toString())
                .bindArray("events", String.class, webhook.events())
                .bind("description", webhook.description())
                .bind("active", webhook.active())
                .bind("version", webhook.version())
                .bind("changedAt", webhook.changedAt());
    }

    /** The former secret signs too, until then. */
    public void rotate(Handle handle, UUID id, String secret, Instant formerUntil, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE webhook SET former_secret = secret, former_until = :until, secret = :secret,
                               version = version + 1, changed_at = :now
                        WHERE id = :id
                        """)
                .bind("id", id)
                .bind("secret", secret)
                .bind("until", formerUntil)
                .bind("now", now)
                .execute();
    }

    /** What the rows have, by id. */
    public List<StoredSecrets> secrets(Handle handle, @Nullable UUID after, int limit) {
        return handle.createQuery(
                        """
                        SELECT id, tenant, secret, former_secret FROM webhook
                        WHERE :after::uuid IS NULL OR id > :after::uuid
                        ORDER BY id LIMIT :limit
                        """)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) ->
                        new StoredSecrets(
                                TenantId.of(row.getString("tenant")),
                                row.getObject("id", UUID.class),
                                row.getString("secret"),
                                row.getString("former_secret")))
                .list();
    }

    /** The same secrets in other words; false if they are not what they were. */
    public boolean replace(Handle handle, StoredSecrets former, StoredSecrets next) {
        return handle.createUpdate(
                                """
                                UPDATE webhook SET secret = :secret, former_secret = :former
                                WHERE id = :id AND secret = :thereSecret
                                  AND former_secret IS NOT DISTINCT FROM :thereFormer::text
                                """)
                        .bind("id", former.webhook())
                        .bind("secret", next.secret())
                        .bind("former", next.former())
                        .bind("thereSecret", former.secret())
                        .bind("thereFormer", former.former())
                        .execute()
                > 0;
    }

    /** Nobody switched it off, and it is told no more; empty if it was off already. */
    public Optional<Webhook> stop(Handle handle, UUID id, String why, Instant now) {
        return handle.createQuery(
                        "UPDATE webhook"
                                + " SET active = false, stopped = :why, version = version + 1, changed_at = :now"
                                + " WHERE id = :id AND active RETURNING "
                                + COLUMNS)
                .bind("id", id)
                .bind("why", why)
                .bind("now", now)
                .map(WebhookTable::webhook)
                .findOne();
    }

    /** The same, if its secrets are still these. */
    public Optional<Webhook> stop(Handle handle, StoredSecrets seen, String why, Instant now) {
        boolean there =
                handle.createQuery(
                                """
                                SELECT true FROM webhook
                                WHERE id = :id AND secret = :secret
                                  AND former_secret IS NOT DISTINCT FROM :former::text
                                FOR UPDATE
                                """)
                        .bind("id", seen.webhook())
                        .bind("secret", seen.secret())
                        .bind("former", seen.former())
                        .mapTo(Boolean.class)
                        .findOne()
                        .orElse(false);
        return there ? stop(handle, seen.webhook(), why, now) : Optional.empty();
    }

    /** With all that was to be told to it. */
    public void delete(Handle handle, UUID id) {
        handle.createUpdate("DELETE FROM webhook WHERE id = :id").bind("id", id).execute();
    }

    public Optional<Webhook> find(Handle handle, TenantId tenant, UUID id) {
        return one(handle, tenant, id, "");
    }

    /** As {@link #find}, so that nobody else changes it meanwhile. */
    public Optional<Webhook> locked(Handle handle, TenantId tenant, UUID id) {
        return one(handle, tenant, id, " FOR UPDATE");
    }

    private static Optional<Webhook> one(Handle handle, TenantId tenant, UUID id, String locking) {
        return handle.createQuery(
                        "SELECT "
                                + COLUMNS
                                + " FROM webhook WHERE id = :id AND tenant = :tenant"
                                + locking)
                .bind("id", id)
                .bind("tenant", tenant.value())
                .map(WebhookTable::webhook)
                .findOne();
    }

    /** A tenant's, by id. */
    public List<Webhook> page(Handle handle, TenantId tenant, @Nullable UUID after, int limit) {
        return handle.createQuery(
                        "SELECT "
                                + COLUMNS
                                + " FROM webhook WHERE tenant = :tenant AND (:after::uuid IS NULL OR id > :after::uuid)"
                                + " ORDER BY id LIMIT :limit")
                .bind("tenant", tenant.value())
                .bind("after", after)
                .bind("limit", limit)
                .map(WebhookTable::webhook)
                .list();
    }

    /** How many a tenant has; nobody adds one meanwhile. */
    public int countLocked(Handle handle, TenantId tenant) {
        handle.createQuery("SELECT pg_advisory_xact_lock(hashtext('webhook/' || :tenant))")
                .bind("tenant", tenant.value())
                .mapToMap()
                .list();
        return handle.createQuery("SELECT count(*) FROM webhook WHERE tenant = :tenant")
                .bind("tenant", tenant.value())
                .mapTo(Integer.class)
                .one();
    }

    /** The active ones of some tenants. */
    public List<Wanting> wanting(Handle handle, Collection<TenantId> tenants) {
        return handle.createQuery(
                        "SELECT id, tenant, events FROM webhook WHERE active AND tenant = ANY(:tenants)")
                .bindArray("tenants", String.class, tenants.stream().map(TenantId::value).toList())
                .map((row, context) ->
                        new Wanting(
                                row.getObject("id", UUID.class),
                                TenantId.of(row.getString("tenant")),
                                eventsIn(row)))
                .list();
    }

    private static Webhook webhook(ResultSet row, StatementContext context) throws SQLException {
        return new Webhook(
                row.getObject("id", UUID.class),
                TenantId.of(row.getString("tenant")),
                URI.create(row.getString("url")),
                eventsIn(row),
                row.getString("description"),
                row.getBoolean("active"),
                row.getString("stopped"),
                row.getLong("version"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("changed_at", OffsetDateTime.class).toInstant());
    }

    private static List<String> eventsIn(ResultSet row) throws SQLException {
        return List.of((String[]) row.getArray("events").getArray());
    }
}
