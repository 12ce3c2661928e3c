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
    public boolean keep(Applicant applicant, VehicleCertificate certificate) {
        return database.transaction(handle -> {
            Binding binding = bindingOf(handle, applicant.serial(), "FOR SHARE");
            boolean asBefore =
                    binding != null
                            && binding.tenant().equals(certificate.tenant())
                            && binding.vehicle() != null
                            && binding.vehicle().vin().equals(certificate.vin())
                            && binding.vehicle().state().mayConnect();
            if (!asBefore
                    || (applicant instanceof Applicant.Token token && !useUp(handle, token))) {
                return false;
            }
            CertificateTable.insert(handle, certificate);
            return true;
        });
    }

    private boolean useUp(Handle handle, Applicant.Token token) {
        String sql =
                """
                UPDATE enrolment_token SET used_at = :now
                WHERE hash = :hash AND serial = :serial AND used_at IS NULL AND expires_at > :now
                """;
        return handle.createUpdate(sql)
                        .bind("now", clock.instant())
                        .bind("hash", TboxTable.hashOf(token.secret()))
                        .bind("serial", token.serial().value())
                        .execute()
                == 1;
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
