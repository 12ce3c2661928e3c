package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Vehicle;
import org.jdbi.v3.core.Handle;

/** Another TBox for a vehicle, in a transaction that has the vehicle locked. */
final class TboxSwap {

    private final Announcements announcements;

    TboxSwap(Announcements announcements) {
        this.announcements = announcements;
    }

    /**
     * @return whether anything changed
     * @throws InvalidValueException CONFLICT
     */
    boolean build(Handle handle, Vehicle vehicle, TboxSerial serial) {
        TboxSerial old = vehicle.tbox();
        if (serial.equals(old)) {
            return false;
        }
        if (vehicle.state() == VehicleState.DECOMMISSIONED) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "vehicle",
                    vehicle.vin(),
                    "is DECOMMISSIONED, nothing is built into it any more");
        }
        if (old != null) {
            release(handle, vehicle, old);
        }
        var _ = TboxTable.bind(handle, vehicle.tenant(), serial, vehicle.vin());
        revokeAll(handle, announcements, vehicle, RevocationReason.SUPERSEDED);
        return true;
    }

    /** Takes a TBox out: it is free for another vehicle, and its tokens no longer hold. */
    static void release(Handle handle, Vehicle vehicle, TboxSerial old) {
        handle.createUpdate("UPDATE tbox SET vin = NULL WHERE serial = :serial AND vin = :vin")
                .bind("serial", old.value())
                .bind("vin", vehicle.vin().value())
                .execute();
        handle.createUpdate(
                        "DELETE FROM enrolment_token WHERE serial = :serial AND used_at IS NULL")
                .bind("serial", old.value())
                .execute();
    }

    /** Revokes what the vehicle has, and tells the gateways. */
    static void revokeAll(
            Handle handle, Announcements announcements, Vehicle vehicle, RevocationReason reason) {
        String sql =
                """
                UPDATE certificate SET reason = :reason, revoked_at = now()
                WHERE vin = :vin AND not_after > now()
                  AND (reason IS NULL OR reason = 'certificateHold')
                RETURNING id
                """;
        handle.createQuery(sql)
                .bind("reason", reason.text())
                .bind("vin", vehicle.vin().value())
                .mapTo(String.class)
                .list()
                .forEach(id -> CertificateTable.announce(handle, announcements, id));
    }
}
