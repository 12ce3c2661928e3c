package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The TBoxes of every tenant. Methods block; thread-safe. */
public interface Tboxes {

    /**
     * Adds a TBox, or builds one that is in no vehicle into one, whose version rises with it; the
     * same again changes nothing.
     *
     * @throws InvalidValueException VEHICLE_UNKNOWN; CONFLICT if it or the vehicle is bound
     *     otherwise
     */
    Tbox bind(TenantId tenant, TboxSerial serial, @Nullable Vin vin);

    /**
     * @throws InvalidValueException TBOX_UNKNOWN
     */
    Tbox get(TenantId tenant, TboxSerial serial);

    /**
     * Makes a one-time enrolment token; earlier ones of the TBox no longer hold.
     *
     * @throws InvalidValueException TBOX_UNKNOWN
     */
    Token makeToken(TenantId tenant, TboxSerial serial);

    /** A token as it is shown, once. */
    record Token(String secret, Instant expiresAt) {
        @Override
        public String toString() {
            return "Token[secret=***, expiresAt=" + expiresAt + "]";
        }
    }
}
