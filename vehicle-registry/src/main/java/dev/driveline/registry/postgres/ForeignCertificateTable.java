package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.certificate.AuthorityRecord;
import dev.driveline.registry.certificate.ForeignCertificate;
import dev.driveline.registry.certificate.ForeignCertificates;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Table {@code foreign_certificate}. */
public final class ForeignCertificateTable implements ForeignCertificates {

    private static final String ANNOUNCED =
            """
            UPDATE foreign_certificate SET access_version = greatest(access_version + 1, :floor)
            """;

    private final Database database;
    private final Announcements announcements;
    private final AuthorityTable authorities;
    private final Clock clock;

    public ForeignCertificateTable(
            Database database,
            Announcements announcements,
            AuthorityTable authorities,
            Clock clock) {
        this.database = database;
        this.announcements = announcements;
        this.authorities = authorities;
        this.clock = clock;
    }

    @Override
    public ForeignCertificate get(TenantId tenant, String authority, String serial) {
        return database.transaction(handle -> {
            String issuer = issuer(handle, tenant, authority);
            return find(handle, issuer, serial, "").orElseThrow(() -> unknown(serial));
        });
    }

    @Override
    public List<ForeignCertificate> of(TenantId tenant, String authority, String after, int limit) {
        String sql =
                """
                SELECT * FROM foreign_certificate
                WHERE issuer = :issuer AND serial > :after AND reason IS NOT NULL
                ORDER BY serial LIMIT :limit
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("issuer", issuer(handle, tenant, authority))
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, _) -> certificateOf(row))
                        .list());
    }

    @Override
    public ForeignCertificate revoke(
            TenantId tenant, String authority, String serial, RevocationReason reason) {
        String sql =
                """
                INSERT INTO foreign_certificate (issuer, serial, authority, tenant, access_version)
                VALUES (:issuer, :serial, :authority, :tenant, 0) ON CONFLICT DO NOTHING
                """;
        return database.transaction(handle -> {
            String issuer = issuer(handle, tenant, authority);
            authorities.mustBeNamedOnce(handle, tenant, issuer);
            handle.createUpdate(sql)
                    .bind("issuer", issuer)
                    .bind("serial", serial)
                    .bind("authority", authority)
                    .bind("tenant", tenant.value())
                    .execute();
            ForeignCertificate before = find(handle, issuer, serial, "FOR UPDATE").orElseThrow();
            boolean held = before.reason() == RevocationReason.CERTIFICATE_HOLD;
            if (before.reason() == null || (held && reason != before.reason())) {
                set(handle, before, reason);
            }
            return find(handle, issuer, serial, "").orElseThrow();
        });
    }

    @Override
    public ForeignCertificate unhold(TenantId tenant, String authority, String serial) {
        return database.transaction(handle -> {
            String issuer = issuer(handle, tenant, authority);
            ForeignCertificate before =
                    find(handle, issuer, serial, "FOR UPDATE").orElseThrow(() -> unknown(serial));
            RevocationReason reason = before.reason();
            if (reason != RevocationReason.CERTIFICATE_HOLD) {
                throw new InvalidValueException(
                        ErrorCode.CONFLICT,
                        "certificate",
                        serial,
                        reason == null
                                ? "is not held"
                                : "is revoked (" + reason.text() + "), which is for ever");
            }
            set(handle, before, null);
            return find(handle, issuer, serial, "").orElseThrow();
        });
    }

    /** Revokes, or with null un-holds, a certificate whose row is locked. */
    private void set(Handle handle, ForeignCertificate of, @Nullable RevocationReason reason) {
        String sql =
                """
                UPDATE foreign_certificate SET reason = :reason, revoked_at = :at
                WHERE issuer = :issuer AND serial = :serial
                """;
        handle.createUpdate(sql)
                .bind("reason", reason == null ? null : reason.text())
                .bind("at", reason == null ? null : clock.instant())
                .bind("issuer", of.issuer())
                .bind("serial", of.serial())
                .execute();
        announceAll(
                handle,
                announcements,
                handle.createQuery(
                                ANNOUNCED
                                        + "WHERE issuer = :issuer AND serial = :serial RETURNING *")
                        .bind("issuer", of.issuer())
                        .bind("serial", of.serial()));
    }

    /** Tells the gateways anew what they were told below a version. */
    static void renew(Handle handle, Announcements announcements, long below) {
        announceAll(
                handle,
                announcements,
                handle.createQuery(
                                ANNOUNCED + "WHERE access_version BETWEEN 1 AND :below RETURNING *")
                        .bind("below", below));
    }

    private static void announceAll(Handle handle, Announcements announcements, Query rows) {
        rows.bind("floor", announcements.floor())
                .map((row, _) -> ruleOf(row))
                .list()
                .forEach(rule -> announcements.access(handle, rule));
    }

    private static AccessRule ruleOf(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        return new AccessRule.RevokedCertificate(
                row.getLong("access_version"),
                reason == null ? AccessRule.State.REMOVED : AccessRule.State.IN_FORCE,
                row.getString("issuer"),
                row.getString("serial"),
                reason == null ? CertificateTable.UNHELD : reason);
    }

    /** The name of an automaker's own authority. */
    private String issuer(Handle handle, TenantId tenant, String authority) {
        AuthorityRecord record = AuthorityTable.find(handle, tenant, authority);
        return switch (record.kind()) {
            case FOREIGN -> authorities.nameOf(record);
            case ISSUING ->
                    throw new InvalidValueException(
                            ErrorCode.CONFLICT,
                            "authority",
                            authority,
                            "issues here: what it signed is found below /api/v1/certificates");
        };
    }

    private static Optional<ForeignCertificate> find(
            Handle handle, String issuer, String serial, String lock) {
        String sql =
                "SELECT * FROM foreign_certificate WHERE issuer = :issuer AND serial = :serial ";
        return handle.createQuery(sql + lock)
                .bind("issuer", issuer)
                .bind("serial", serial)
                .map((row, _) -> certificateOf(row))
                .findOne();
    }

    private static ForeignCertificate certificateOf(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        Timestamp at = row.getTimestamp("revoked_at");
        return new ForeignCertificate(
                row.getString("issuer"),
                row.getString("serial"),
                row.getString("authority"),
                reason == null ? null : RevocationReason.parse(reason),
                at == null ? null : at.toInstant());
    }

    private static InvalidValueException unknown(String serial) {
        return new InvalidValueException(
                ErrorCode.CERTIFICATE_UNKNOWN,
                "certificate",
                serial,
                "was never revoked here; of an automaker's own no others are known");
    }
}
