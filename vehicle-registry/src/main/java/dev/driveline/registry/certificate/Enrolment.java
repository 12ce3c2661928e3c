package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.Enrolments.TokenState;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns an applicant and its key into an operational certificate. VIN and tenant are those that the
 * registry has bound the applicant's TBox to; what a request says about them is not read. A key
 * serves one vehicle only, and not after it was revoked. Source: RFC 7030 §4.2.
 */
public final class Enrolment {

    private final Enrolments enrolments;
    private final Function<TenantId, Optional<Authority>> issuing;

    /**
     * @param issuing where a tenant's new certificates come from
     */
    public Enrolment(Enrolments enrolments, Function<TenantId, Optional<Authority>> issuing) {
        this.enrolments = enrolments;
        this.issuing = issuing;
    }

    /** What became of it; {@code why} is a sentence for the applicant. */
    public sealed interface Outcome {

        record Issued(VehicleCertificate certificate) implements Outcome {}

        /** Not yet: the same request may succeed later. */
        record Later(String why) implements Outcome {}

        /** The token does not hold. */
        record NotKnown(String why) implements Outcome {}

        /** This applicant gets none. */
        record Forbidden(String why) implements Outcome {}

        /** The request cannot be used, whoever sends it. */
        record Unusable(String why) implements Outcome {}
    }

    /** Enrols; blocks. */
    public Outcome enrol(Applicant applicant, byte[] request) {
        if (applicant instanceof Applicant.Token token) {
            Outcome refusal = refusalOf(enrolments.stateOf(token));
            if (refusal != null) {
                return refusal;
            }
        }
        Enrolments.Binding binding = enrolments.bindingOf(applicant.serial());
        if (binding == null || binding.vehicle() == null) {
            return new Outcome.Later(
                    "TBox " + applicant.serial() + " is not bound to a vehicle yet");
        }
        Enrolments.Vehicle vehicle = binding.vehicle();
        Outcome refusal = refusalOf(applicant, vehicle);
        if (refusal != null) {
            return refusal;
        }
        return issuing.apply(binding.tenant())
                .map(authority -> issue(authority, applicant, vehicle, request))
                .orElseGet(() ->
                        new Outcome.Forbidden(
                                "no authority here issues for tenant " + binding.tenant()));
    }

    private Outcome issue(
            Authority authority, Applicant applicant, Enrolments.Vehicle vehicle, byte[] request) {
        Authority.Request read =
                applicant instanceof Applicant.Renewal renewal
                        ? authority.readRenewal(request, renewal.certificate().der())
                        : authority.read(request);
        return switch (read) {
            case Authority.Request.Refused refused -> new Outcome.Unusable(refused.why());
            case Authority.Request.Usable usable -> {
                VehicleCertificate certificate =
                        authority.issue(usable, vehicle.vin(), applicant.serial());
                yield switch (enrolments.keep(applicant, certificate)) {
                    case YES -> new Outcome.Issued(certificate);
                    case TOO_LATE ->
                            new Outcome.NotKnown(
                                    "the token was used, or certificate, TBox or vehicle changed,"
                                            + " meanwhile");
                    case KEY_OF_ANOTHER ->
                            new Outcome.Unusable(
                                    "another vehicle has had this key: a key serves one vehicle");
                    case KEY_REVOKED ->
                            new Outcome.Unusable(
                                    "a certificate of this key was revoked: make a new key");
                };
            }
        };
    }

    private static @Nullable Outcome refusalOf(TokenState state) {
        return switch (state) {
            case VALID -> null;
            case UNKNOWN -> new Outcome.NotKnown("no such token for this TBox serial");
            case EXPIRED -> new Outcome.NotKnown("the token has expired");
            case USED -> new Outcome.NotKnown("the token was used: it is good for one enrolment");
        };
    }

    private static @Nullable Outcome refusalOf(Applicant applicant, Enrolments.Vehicle vehicle) {
        if (applicant instanceof Applicant.Renewal renewal
                && !renewal.certificate().vin().equals(vehicle.vin())) {
            return new Outcome.Forbidden(
                    "TBox %s is built into another vehicle than this certificate's"
                            .formatted(applicant.serial()));
        }
        VehicleState state = vehicle.state();
        if (state == VehicleState.ORDERED) {
            return new Outcome.Later("the vehicle is ORDERED, not PRODUCED yet");
        }
        return state.mayConnect()
                ? null
                : new Outcome.Forbidden("the vehicle is " + state + " and may not enrol");
    }
}
