package dev.driveline.registry.certificate;

import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.Enrolments.TokenState;
import org.jspecify.annotations.Nullable;

/**
 * Turns an applicant and its key into an operational certificate. VIN and tenant are those that the
 * registry has bound the applicant's TBox to; what a request says about them is not read. Source:
 * RFC 7030 §4.2.
 */
public final class Enrolment {

    private final Enrolments enrolments;
    private final Authority authority;

    public Enrolment(Enrolments enrolments, Authority authority) {
        this.enrolments = enrolments;
        this.authority = authority;
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
        Outcome refusal = refusalOf(applicant, binding);
        if (refusal != null || binding == null || binding.vehicle() == null) {
            return refusal == null ? new Outcome.Later("not bound yet") : refusal;
        }
        return switch (authority.read(request)) {
            case Authority.Request.Refused refused -> new Outcome.Unusable(refused.why());
            case Authority.Request.Usable usable -> {
                VehicleCertificate certificate =
                        authority.issue(usable, binding.vehicle().vin(), applicant.serial());
                yield enrolments.keep(applicant, certificate)
                        ? new Outcome.Issued(certificate)
                        : new Outcome.NotKnown(
                                "the token was used, or TBox or vehicle changed, meanwhile");
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

    private @Nullable Outcome refusalOf(Applicant applicant, Enrolments.@Nullable Binding binding) {
        if (binding == null || binding.vehicle() == null) {
            return new Outcome.Later(
                    "TBox " + applicant.serial() + " is not bound to a vehicle yet");
        }
        if (!binding.tenant().equals(authority.tenant())) {
            return new Outcome.Forbidden(
                    "TBox %s belongs to another tenant than this authority, which issues for %s"
                            .formatted(applicant.serial(), authority.tenant()));
        }
        VehicleState state = binding.vehicle().state();
        if (state == VehicleState.ORDERED) {
            return new Outcome.Later("the vehicle is ORDERED, not PRODUCED yet");
        }
        return state.mayConnect()
                ? null
                : new Outcome.Forbidden("the vehicle is " + state + " and may not enrol");
    }
}
