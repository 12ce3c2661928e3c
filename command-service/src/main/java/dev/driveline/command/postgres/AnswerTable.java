package dev.driveline.command.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Table {@code idempotent_answer}: what writes were answered that had an Idempotency-Key. */
public final class AnswerTable {

    /** A request by its hash, and what it was answered. */
    public record Kept(
            String requestHash,
            int status,
            Map<String, String> headers,
            String contentType,
            byte[] body) {}

    /** Lets one transaction at a time decide about a key. */
    public void lock(Handle handle, TenantId tenant, String subject, String key) {
        handle.createQuery("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))")
                .bind("key", String.join("\n", tenant.value(), subject, key))
                .map((row, context) -> true)
                .one();
    }

    /** The use of a key since then. */
    public Optional<Kept> find(
            Handle handle, TenantId tenant, String subject, String key, Instant notBefore) {
        return handle.createQuery(
                        """
                        SELECT request_hash, status, headers, content_type, body FROM idempotent_answer
                        WHERE tenant = :tenant AND subject = :subject AND key = :key AND created_at > :notBefore
                        """)
                .bind("tenant", tenant.value())
                .bind("subject", subject)
                .bind("key", key)
                .bind("notBefore", notBefore)
                .map((row, context) -> {
                    Map<String, String> headers = new LinkedHashMap<>();
                    Json.map(row.getString("headers"))
                            .forEach((name, value) -> headers.put(name, String.valueOf(value)));
                    return new Kept(
                            row.getString("request_hash"),
                            row.getInt("status"),
                            headers,
                            row.getString("content_type"),
                            row.getBytes("body"));
                })
                .findOne();
    }

    public void keep(
            Handle handle, TenantId tenant, String subject, String key, Kept kept, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO idempotent_answer (tenant, subject, key, request_hash, status, headers, content_type,
                                                       body, created_at)
                        VALUES (:tenant, :subject, :key, :hash, :status, :headers::jsonb, :type, :body, :now)
                        ON CONFLICT (tenant, subject, key) DO UPDATE
                        SET request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
                            content_type = excluded.content_type, body = excluded.body,
                            created_at = excluded.created_at
                        """)
                .bind("tenant", tenant.value())
                .bind("subject", subject)
                .bind("key", key)
                .bind("hash", kept.requestHash())
                .bind("status", kept.status())
                .bind("headers", Json.text(kept.headers()))
                .bind("type", kept.contentType())
                .bind("body", kept.body())
                .bind("now", now)
                .execute();
    }
}
