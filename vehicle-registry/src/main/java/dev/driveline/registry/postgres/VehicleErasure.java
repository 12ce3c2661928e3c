package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Vehicle;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;

/**
 * Forgets a vehicle, in a transaction that has it locked.
 *
 * <p>What stays: its certificates' serial numbers with their revocation, and the audit, both under
 * a pseudonym that nothing ties to the VIN but the record of the erasure itself; on {@code
 * registry.access} the rule that the VIN may not connect.
 */
final class VehicleErasure {

    /** The raw topics end within their 30 days; what waits in a queue gets one more. */
    private static final Duration COMPLETE_WITHIN = Duration.ofDays(31);

    private static final String LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

    private final Announcements announcements;
    private final Clock clock;
    private final RandomGenerator random;

    VehicleErasure(Announcements announcements, Clock clock, RandomGenerator random) {
        this.announcements = announcements;
        this.clock = clock;
        this.random = random;
    }

    /**
     * @throws InvalidValueException CONFLICT unless it is DECOMMISSIONED
     */
    Erasure erase(Handle handle, Vehicle vehicle) {
        Vin vin = vehicle.vin();
        if (vehicle.state() != VehicleState.DECOMMISSIONED) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "vehicle",
                    vin,
                    "is " + vehicle.state() + ", only a DECOMMISSIONED one is erased");
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var erasure = new Erasure(pseudonym(), vin, now, now.plus(COMPLETE_WITHIN));
        TboxSerial tbox = vehicle.tbox();
        if (tbox != null) {
            TboxSwap.release(handle, vehicle, tbox);
        }
        TboxSwap.revokeAll(handle, announcements, vehicle, RevocationReason.CESSATION_OF_OPERATION);
        handle.createUpdate("UPDATE certificate SET vin = :pseudonym, der = '' WHERE vin = :vin")
                .bind("pseudonym", erasure.pseudonym().value())
                .bind("vin", vin.value())
                .execute();
        forgetRules(handle, vehicle);
        raiseFloor(handle, vin);
        for (String sql :
                List.of(
                        "DELETE FROM topic_exception WHERE vin = :vin",
                        "DELETE FROM vehicle_event WHERE vin = :vin",
                        "DELETE FROM vehicle WHERE vin = :vin")) {
            handle.createUpdate(sql).bind("vin", vin.value()).execute();
        }
        forgetInAudit(handle, vehicle, erasure);
        announcements.erased(handle, erasure);
        return erasure;
    }

    private void forgetRules(Handle handle, Vehicle vehicle) {
        handle.createUpdate(
                        """
                        DELETE FROM topic_rule
                        WHERE tenant = :tenant AND scope = 'VIN' AND subject = :vin
                        """)
                .bind("tenant", vehicle.tenant().value())
                .bind("vin", vehicle.vin().value())
                .execute();
        announcements.leaving(handle, vehicle);
    }

    /** Should the VIN ever come back, readers must not take what is said of it for old. */
    private static void raiseFloor(Handle handle, Vin vin) {
        handle.createUpdate(
                        """
                        UPDATE version_floor SET version = greatest(version,
                            (SELECT greatest(v.version, v.access_version)
                             FROM vehicle v WHERE v.vin = :vin),
                            (SELECT max(access_version) FROM topic_exception WHERE vin = :vin))
                        """)
                .bind("vin", vin.value())
                .execute();
    }

    /** The last of all: the triggers have written of this transaction too. */
    private static void forgetInAudit(Handle handle, Vehicle vehicle, Erasure erasure) {
        handle.execute("SET LOCAL driveline.erasure = 'on'");
        String sql =
                """
                UPDATE audit SET
                    vin = CASE WHEN vin = :vin THEN :pseudonym ELSE vin END,
                    subject = replace(subject, :vin, :pseudonym),
                    before = replace((before - :personal::text[])::text, :vin, :pseudonym)::jsonb,
                    after = replace((after - :personal::text[])::text, :vin, :pseudonym)::jsonb
                WHERE vin = :vin OR subject = :vin
                   OR (tenant = :tenant
                       AND kind IN ('tbox', 'topic_rule', 'vehicle_grant', 'certificate')
                       AND strpos(concat(before::text, after::text), :vin) > 0)
                """;
        handle.createUpdate(sql)
                .bind("vin", vehicle.vin().value())
                .bind("pseudonym", erasure.pseudonym().value())
                .bind("tenant", vehicle.tenant().value())
                .bindArray("personal", String.class, List.of("labels", "subject", "purpose"))
                .execute();
        handle.execute("SET LOCAL driveline.erasure = 'off'");
    }

    private Vin pseudonym() {
        StringBuilder text = new StringBuilder(Erasure.PREFIX);
        while (text.length() < Vin.LENGTH - 4) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        while (text.length() < Vin.LENGTH) {
            text.append((char) ('0' + random.nextInt(10)));
        }
        return Vin.of(text.toString());
    }
}
