package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.vehicle.TboxSerial;
import org.jspecify.annotations.Nullable;

/** What an enrolment asks of the tables. Methods block; thread-safe. */
public interface Enrolments {

    /** What is known of the applicant's TBox; null for nothing. */
    @Nullable Binding bindingOf(TboxSerial serial);

    TokenState stateOf(Applicant.Token token);

    /**
     * Keeps a certificate and uses the token up, in one transaction; what is not {@link Kept#YES}
     * must not be handed out.
     */
    Kept keep(Applicant applicant, VehicleCertificate certificate);

    /** Whether a certificate may be handed out. */
    enum Kept {
        YES,
        /**
         * The token was used, the certificate to be renewed was revoked, or TBox or vehicle
         * changed, meanwhile.
         */
        TOO_LATE,
        /** Its key was certified for another vehicle. */
        KEY_OF_ANOTHER,
        /** Its key was in a certificate that is revoked. */
        KEY_REVOKED
    }

    /** Which vehicle a TBox is built into; null for none. */
    record Binding(TenantId tenant, @Nullable Vehicle vehicle) {}

    /** As much of a vehicle as an enrolment asks for. */
    record Vehicle(Vin vin, VehicleState state) {}

    /** What a one-time token is good for. */
    enum TokenState {
        VALID,
        UNKNOWN,
        EXPIRED,
        USED
    }
}
