package dev.driveline.command.postgres;

import dev.driveline.command.config.Differences;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Tables {@code configuration} (desired) and {@code configuration_report} (reported). */
public final class ConfigurationTable {

    /**
     * One version of one namespace of one vehicle, and the vehicle's last word on it.
     *
     * @param reported null while the vehicle has said nothing
     */
    public record Version(
            String namespace,
            long version,
            String content,
            String hash,
            String signed,
            String actor,
            @Nullable String reason,
            Instant createdAt,
            @Nullable Reported reported) {

        public Differences.Desired desired() {
            return new Differences.Desired(namespace, version, hash, signed);
        }
    }

    /** The vehicle's last word. */
    public record Reported(ConfigMessage.State state, @Nullable String code, Instant at) {}

    /** Who changed it, and why. */
    public record Author(
            TenantId tenant,
            String actor,
            @Nullable String app,
            @Nullable String reason,
            String keyId) {}

    /** The number that the next version gets. */
    public long nextVersion(Handle handle, Vin vin, String namespace) {
        return handle.createQuery(
                        "SELECT coalesce(max(version), 0) + 1 FROM configuration WHERE vin = :vin AND namespace = :namespace")
                .bind("vin", vin.value())
                .bind("namespace", namespace)
                .mapTo(Long.class)
                .one();
    }

    public void insert(
            Handle handle,
            Vin vin,
            Differences.Desired document,
            String content,
            Author author,
            Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO configuration (vin, namespace, version, tenant, content, hash, signed, key_id,
                                                   actor, app, reason, created_at)
                        VALUES (:vin, :namespace, :version, :tenant, :content, :hash, :signed, :key, :actor, :app,
                                :reason, :now)
                        """)
                .bind("vin", vin.value())
                .bind("namespace", document.namespace())
                .bind("version", document.version())
                .bind("tenant", author.tenant().value())
                .bind("content", content)
                .bind("hash", document.hash())
                .bind("signed", document.signed())
                .bind("key", author.keyId())
                .bind("actor", author.actor())
                .bind("app", author.app())
                .bind("reason", author.reason())
                .bind("now", now)
                .execute();
    }

    /** The newest version of each namespace. */
    public List<Version> desired(Handle handle, Vin vin) {
        return handle.createQuery(
                        """
                        SELECT DISTINCT ON (c.namespace) c.namespace, c.version, c.content, c.hash, c.signed, c.actor,
                               c.reason, c.created_at, r.state, r.code, r.at
                        FROM configuration c
                        LEFT JOIN configuration_report r
                               ON r.vin = c.vin AND r.namespace = c.namespace AND r.version = c.version
                        WHERE c.vin = :vin
                        ORDER BY c.namespace, c.version DESC
                        """)
                .bind("vin", vin.value())
                .map((row, context) -> version(row))
                .list();
    }

    /** The newest version that the vehicle says it has applied. */
    public Optional<Version> applied(Handle handle, Vin vin, String namespace) {
        return handle.createQuery(
                        """
                        SELECT c.namespace, c.version, c.content, c.hash, c.signed, c.actor, c.reason, c.created_at,
                               r.state, r.code, r.at
                        FROM configuration c
                        JOIN configuration_report r
                               ON r.vin = c.vin AND r.namespace = c.namespace AND r.version = c.version
                        WHERE c.vin = :vin AND c.namespace = :namespace AND r.state = 'APPLIED'
                        ORDER BY r.at DESC LIMIT 1
                        """)
                .bind("vin", vin.value())
                .bind("namespace", namespace)
                .map((row, context) -> version(row))
                .findOne();
    }

    /** The vehicle's word on a version that there is. */
    public void report(Handle handle, Vin vin, ConfigMessage.Report report, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO configuration_report (vin, namespace, version, hash, state, code, at)
                        SELECT :vin, :namespace, :version, :hash, :state, :code, :now
                        WHERE EXISTS (SELECT FROM configuration
                                      WHERE vin = :vin AND namespace = :namespace AND version = :version)
                           OR EXISTS (SELECT FROM signed_by_root
                                      WHERE namespace = :namespace AND version = :version)
                        ON CONFLICT (vin, namespace, version) DO UPDATE
                        SET hash = excluded.hash, state = excluded.state, code = excluded.code, at = excluded.at
                        """)
                .bind("vin", vin.value())
                .bind("namespace", report.namespace())
                .bind("version", report.version())
                .bind("hash", report.hash())
                .bind("state", report.state().name())
                .bind("code", report.code())
                .bind("now", now)
                .execute();
    }

    private static Version version(ResultSet row) throws SQLException {
        String state = row.getString("state");
        OffsetDateTime at = row.getObject("at", OffsetDateTime.class);
        return new Version(
                row.getString("namespace"),
                row.getLong("version"),
                row.getString("content"),
                row.getString("hash"),
                row.getString("signed"),
                row.getString("actor"),
                row.getString("reason"),
                CommandTable.instant(row, "created_at"),
                state == null || at == null
                        ? null
                        : new Reported(
                                ConfigMessage.State.valueOf(state),
                                row.getString("code"),
                                at.toInstant()));
    }
}
