package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.certificate.CertificateStatus;
import dev.driveline.registry.certificate.Certificates;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Table {@code certificate}. */
public final class CertificateTable implements Certificates {

    /** RFC 5280 §5.3.1's name for the end of a hold. */
    static final String UNHELD = "removeFromCRL";

    private final Database database;
    private final Announcements announcements;
    private final Clock clock;

    public CertificateTable(Database database, Announcements announcements, Clock clock) {
        this.database = database;
        this.announcements = announcements;
        this.clock = clock;
    }

    @Override
    public VehicleCertificate get(TenantId tenant, String id) {
        return database.transaction(handle -> find(handle, tenant, id));
    }

    @Override
    public List<VehicleCertificate> of(TenantId tenant, Vin vin) {
        String sql =
                """
                SELECT * FROM certificate_now WHERE vin = :vin AND tenant = :tenant
                ORDER BY created_at DESC LIMIT 1000
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("vin", vin.value())
                        .bind("tenant", tenant.value())
                        .map((row, _) -> certificateOf(row))
                        .list());
    }

    @Override
    public @Nullable VehicleCertificate issued(String authority, String id) {
        return database.transaction(handle -> issued(handle, authority, id)).orElse(null);
    }

    private static Optional<VehicleCertificate> issued(Handle handle, String authority, String id) {
        String sql = "SELECT * FROM certificate_now WHERE id = :id AND authority = :authority";
        return handle.createQuery(sql)
                .bind("id", id)
                .bind("authority", authority)
                .map((row, _) -> certificateOf(row))
                .findOne();
    }

    @Override
    public CertificateStatus statusOf(String authority, String id) {
        VehicleCertificate found = issued(authority, id);
        if (found == null) {
            return new CertificateStatus.Unknown();
        }
        RevocationReason reason = found.reason();
        Instant at = found.revokedAt();
        return reason == null || at == null
                ? new CertificateStatus.Good()
                : new CertificateStatus.Revoked(at, reason);
    }

    @Override
    public VehicleCertificate revoke(TenantId tenant, String id, RevocationReason reason) {
        return database.transaction(handle -> {
            lock(handle, tenant, id);
            VehicleCertificate before = find(handle, tenant, id);
            boolean held = before.reason() == RevocationReason.CERTIFICATE_HOLD;
            if (before.reason() == null || (held && reason != before.reason())) {
                set(handle, before, reason);
            }
            return find(handle, tenant, id);
        });
    }

    @Override
    public List<VehicleCertificate> revokeAll(TenantId tenant, Vin vin, RevocationReason reason) {
        String sql =
                """
                SELECT id FROM certificate
                WHERE vin = :vin AND tenant = :tenant AND not_after > :now
                    AND (reason IS NULL OR (reason = 'certificateHold' AND reason <> :reason))
                ORDER BY id FOR UPDATE
                """;
        return database.transaction(handle -> {
            VehicleTable.mustExist(handle, tenant, vin);
            List<String> ids =
                    handle.createQuery(sql)
                            .bind("vin", vin.value())
                            .bind("tenant", tenant.value())
                            .bind("now", clock.instant())
                            .bind("reason", reason.text())
                            .mapTo(String.class)
                            .list();
            ids.forEach(id -> set(handle, find(handle, tenant, id), reason));
            return ids.stream().map(id -> find(handle, tenant, id)).toList();
        });
    }

    @Override
    public VehicleCertificate unhold(TenantId tenant, String id) {
        return database.transaction(handle -> {
            lock(handle, tenant, id);
            VehicleCertificate before = find(handle, tenant, id);
            if (before.reason() != RevocationReason.CERTIFICATE_HOLD) {
                RevocationReason reason = before.reason();
                throw new InvalidValueException(
                        ErrorCode.CONFLICT,
                        "certificate",
                        id,
                        reason == null
                                ? "is not held"
                                : "is revoked (" + reason.text() + "), which is for ever");
            }
            set(handle, before, null);
            return find(handle, tenant, id);
        });
    }

    /** Revokes, or with null un-holds, a certificate whose row is locked. */
    private void set(Handle handle, VehicleCertificate of, @Nullable RevocationReason reason) {
        String sql =
                """
                UPDATE certificate SET reason = :reason, revoked_at = :at WHERE id = :id
                """;
        handle.createUpdate(sql)
                .bind("reason", reason == null ? null : reason.text())
                .bind("at", reason == null ? null : clock.instant())
                .bind("id", of.id())
                .execute();
        announce(handle, announcements, of.id());
        RevocationListTable.changed(handle, of.authority());
    }

    /**
     * Completes rows that an earlier version wrote; blocks, at the start.
     *
     * @param authorities the id of the issuing authority by SHA-256 of its name
     * @param keyOf SHA-256 of the key in a certificate in DER
     */
    public void complete(Map<String, String> authorities, Function<byte[], String> keyOf) {
        String sql =
                """
                SELECT id, issuer, der FROM certificate
                WHERE (spki IS NULL OR authority IS NULL) AND issuer = ANY (:issuers)
                LIMIT 500 FOR UPDATE SKIP LOCKED
                """;
        String set = "UPDATE certificate SET spki = ?, authority = ? WHERE id = ?";
        boolean more = true;
        while (more) {
            more =
                    database.transaction(handle -> {
                        PreparedBatch batch = handle.prepareBatch(set);
                        handle.createQuery(sql)
                                .bindArray(
                                        "issuers", String.class, List.copyOf(authorities.keySet()))
                                .map((row, _) ->
                                        new Object[] {
                                            keyOf.apply(row.getBytes("der")),
                                            authorities.get(row.getString("issuer")),
                                            row.getString("id")
                                        })
                                .forEach(batch::add);
                        boolean any = batch.size() > 0;
                        if (any) {
                            batch.execute();
                        }
                        return any;
                    });
        }
    }

    /** Tells the gateways whether a certificate is revoked, whose row is locked. */
    static void announce(Handle handle, Announcements announcements, String id) {
        String sql =
                """
                UPDATE certificate SET access_version = greatest(access_version + 1, :floor)
                WHERE id = :id RETURNING access_version, issuer, reason
                """;
        announcements.access(
                handle,
                handle.createQuery(sql)
                        .bind("floor", announcements.floor())
                        .bind("id", id)
                        .map((row, _) -> {
                            String reason = row.getString("reason");
                            return new AccessRule.RevokedCertificate(
                                    row.getLong("access_version"),
                                    reason == null
                                            ? AccessRule.State.REMOVED
                                            : AccessRule.State.IN_FORCE,
                                    row.getString("issuer"),
                                    id,
                                    reason == null ? UNHELD : reason);
                        })
                        .one());
    }

    static void insert(Handle handle, VehicleCertificate certificate) {
        String sql =
                """
                INSERT INTO certificate
                    (id, issuer, authority, spki, tenant, vin, tbox_serial, not_before, not_after,
                     der)
                VALUES (:id, :issuer, :authority, :spki, :tenant, :vin, :tbox, :notBefore, :notAfter, :der)
                """;
        handle.createUpdate(sql)
                .bind("id", certificate.id())
                .bind("issuer", certificate.issuer())
                .bind("authority", certificate.authority())
                .bind("spki", certificate.key())
                .bind("tenant", certificate.tenant().value())
                .bind("vin", certificate.vin().value())
                .bind("tbox", certificate.tbox().value())
                .bind("notBefore", certificate.notBefore())
                .bind("notAfter", certificate.notAfter())
                .bind("der", certificate.der())
                .execute();
    }

    /** A view cannot be locked, so its row is, before. */
    private static void lock(Handle handle, TenantId tenant, String id) {
        var _ =
                handle.createQuery(
                                """
                                SELECT id FROM certificate
                                WHERE id = :id AND tenant = :tenant FOR UPDATE
                                """)
                        .bind("id", id)
                        .bind("tenant", tenant.value())
                        .mapTo(String.class)
                        .findOne();
    }

    private static VehicleCertificate find(Handle handle, TenantId tenant, String id) {
        String sql = "SELECT * FROM certificate_now WHERE id = :id AND tenant = :tenant";
        return handle.createQuery(sql)
                .bind("id", id)
                .bind("tenant", tenant.value())
                .map((row, _) -> certificateOf(row))
                .findOne()
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.CERTIFICATE_UNKNOWN,
                                "certificate",
                                id,
                                "was not issued here"));
    }

    private static VehicleCertificate certificateOf(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        Timestamp revokedAt = row.getTimestamp("revoked_at");
        return new VehicleCertificate(
                row.getString("id"),
                row.getString("issuer"),
                Objects.requireNonNullElse(row.getString("authority"), ""),
                Objects.requireNonNullElse(row.getString("spki"), ""),
                TenantId.of(row.getString("tenant")),
                Vin.of(row.getString("vin")),
                new TboxSerial(row.getString("tbox_serial")),
                row.getTimestamp("not_before").toInstant(),
                row.getTimestamp("not_after").toInstant(),
                row.getBytes("der"),
                reason == null ? null : RevocationReason.parse(reason),
                revokedAt == null ? null : revokedAt.toInstant());
    }
}
