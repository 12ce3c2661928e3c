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
     * Keeps a certificate and uses the token up, in one transaction.
     *
     * @return false if that came too late: the token was used, the TBox or the vehicle changed
     *     meanwhile. The certificate must not be handed out
     */
    boolean keep(Applicant applicant, VehicleCertificate certificate);

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
