package dev.driveline.registry.postgres;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.Applicant;
import dev.driveline.registry.certificate.Enrolments;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.Tbox;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.store.postgres.Database;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What an enrolment reads and writes: tbox, vehicle, enrolment_token, certificate. */
public final class EnrolmentTables implements Enrolments {

    private final Database database;
    private final Clock clock;

    public EnrolmentTables(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public @Nullable Binding bindingOf(TboxSerial serial) {
        return database.transaction(handle -> Optional.ofNullable(bindingOf(handle, serial, "")))
                .orElse(null);
    }

    @Override
    public TokenState stateOf(Applicant.Token token) {
        String sql =
                """
                SELECT expires_at, used_at FROM enrolment_token
                WHERE hash = :hash AND serial = :serial
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("hash", TboxTable.hashOf(token.secret()))
                        .bind("serial", token.serial().value())
                        .map((row, _) -> {
                            if (row.getTimestamp("used_at") != null) {
                                return TokenState.USED;
                            }
                            Timestamp expiresAt = row.getTimestamp("expires_at");
                            return clock.instant().isBefore(expiresAt.toInstant())
                                    ? TokenState.VALID
                                    : TokenState.EXPIRED;
                        })
                        .findOne()
                        .orElse(TokenState.UNKNOWN));
    }

    @Override
    public Kept keep(Applicant applicant, VehicleCertificate certificate) {
        return database.transaction(handle -> {
            Binding binding = bindingOf(handle, applicant.serial(), "FOR SHARE");
            boolean asBefore =
                    binding != null
                            && binding.tenant().equals(certificate.tenant())
                            && binding.vehicle() != null
                            && binding.vehicle().vin().equals(certificate.vin())
                            && binding.vehicle().state().mayConnect();
            if (!asBefore || !stillHolds(handle, applicant)) {
                return Kept.TOO_LATE;
            }
            Kept kept = judge(handle, certificate);
            if (kept == Kept.YES) {
                if (applicant instanceof Applicant.Token token) {
                    useUp(handle, token);
                }
                CertificateTable.insert(handle, certificate);
            }
            return kept;
        });
    }

    private boolean stillHolds(Handle handle, Applicant applicant) {
        return switch (applicant) {
            case Applicant.Birth _ -> true;
            case Applicant.Token token -> isUnused(handle, token);
            case Applicant.Renewal renewal -> isInForce(handle, renewal.certificate().id());
        };
    }

    private boolean isUnused(Handle handle, Applicant.Token token) {
        String sql =
                """
                SELECT hash FROM enrolment_token
                WHERE hash = :hash AND serial = :serial AND used_at IS NULL AND expires_at > :now
                FOR UPDATE
                """;
        return handle.createQuery(sql)
                .bind("now", clock.instant())
                .bind("hash", TboxTable.hashOf(token.secret()))
                .bind("serial", token.serial().value())
                .mapTo(byte[].class)
                .findOne()
                .isPresent();
    }

    private static boolean isInForce(Handle handle, String certificate) {
        String sql = "SELECT id FROM certificate WHERE id = :id AND reason IS NULL FOR SHARE";
        return handle.createQuery(sql)
                .bind("id", certificate)
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }

    /** A key serves one vehicle; two at once must not both find it free. */
    private static Kept judge(Handle handle, VehicleCertificate certificate) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", certificate.key());
        String sql =
                """
                SELECT CASE WHEN bool_or(vin <> :vin) THEN 'KEY_OF_ANOTHER'
                            WHEN bool_or(reason IS NOT NULL) THEN 'KEY_REVOKED'
                            ELSE 'YES' END
                FROM certificate WHERE spki = :key
                """;
        return Kept.valueOf(
                handle.createQuery(sql)
                        .bind("vin", certificate.vin().value())
                        .bind("key", certificate.key())
                        .mapTo(String.class)
                        .one());
    }

    private void useUp(Handle handle, Applicant.Token token) {
        handle.createUpdate("UPDATE enrolment_token SET used_at = :now WHERE hash = :hash")
                .bind("now", clock.instant())
                .bind("hash", TboxTable.hashOf(token.secret()))
                .execute();
    }

    private static @Nullable Binding bindingOf(Handle handle, TboxSerial serial, String lock) {
        Tbox tbox = TboxTable.find(handle, serial, lock).orElse(null);
        if (tbox == null) {
            return null;
        }
        Vin vin = tbox.vin();
        if (vin == null) {
            return new Binding(tbox.tenant(), null);
        }
        String sql = "SELECT state FROM vehicle WHERE vin = :vin ";
        String state =
                handle.createQuery(sql + lock).bind("vin", vin.value()).mapTo(String.class).one();
        return new Binding(tbox.tenant(), new Vehicle(vin, VehicleState.valueOf(state)));
    }
}
