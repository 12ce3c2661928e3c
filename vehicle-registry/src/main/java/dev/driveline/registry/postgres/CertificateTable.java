package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.certificate.Certificates;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Table {@code certificate}. */
public final class CertificateTable implements Certificates {

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
        return database.transaction(handle -> find(handle, tenant, id, ""));
    }

    @Override
    public List<VehicleCertificate> of(TenantId tenant, Vin vin) {
        String sql =
                """
                SELECT * FROM certificate WHERE vin = :vin AND tenant = :tenant
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
    public VehicleCertificate revoke(TenantId tenant, String id, RevocationReason reason) {
        String sql =
                """
                UPDATE certificate SET reason = :reason, revoked_at = :now WHERE id = :id
                """;
        return database.transaction(handle -> {
            VehicleCertificate before = find(handle, tenant, id, "FOR UPDATE");
            if (before.reason() != null) {
                return before;
            }
            handle.createUpdate(sql)
                    .bind("reason", reason.text())
                    .bind("now", clock.instant())
                    .bind("id", id)
                    .execute();
            announce(handle, announcements, id);
            return find(handle, tenant, id, "");
        });
    }

    /** Tells the gateways of a revoked certificate, whose row is locked. */
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
                        .map((row, _) ->
                                new AccessRule.RevokedCertificate(
                                        row.getLong("access_version"),
                                        AccessRule.State.IN_FORCE,
                                        row.getString("issuer"),
                                        id,
                                        row.getString("reason")))
                        .one());
    }

    static void insert(Handle handle, VehicleCertificate certificate) {
        String sql =
                """
                INSERT INTO certificate
                    (id, issuer, tenant, vin, tbox_serial, not_before, not_after, der)
                VALUES (:id, :issuer, :tenant, :vin, :tbox, :notBefore, :notAfter, :der)
                """;
        handle.createUpdate(sql)
                .bind("id", certificate.id())
                .bind("issuer", certificate.issuer())
                .bind("tenant", certificate.tenant().value())
                .bind("vin", certificate.vin().value())
                .bind("tbox", certificate.tbox().value())
                .bind("notBefore", certificate.notBefore())
                .bind("notAfter", certificate.notAfter())
                .bind("der", certificate.der())
                .execute();
    }

    private static VehicleCertificate find(Handle handle, TenantId tenant, String id, String lock) {
        String sql = "SELECT * FROM certificate WHERE id = :id AND tenant = :tenant ";
        return handle.createQuery(sql + lock)
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
