package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.Certificates;
import dev.driveline.registry.certificate.ChainVerdict;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/certificates}, and what the gateways would say to one. */
public final class CertificateRoutes {

    private static final String PATH = "/api/v1/certificates";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{1,40}");

    private final Certificates certificates;
    private final Doctor doctor;
    private final Clock clock;

    /** Judges a chain in PEM as the gateways would. */
    @FunctionalInterface
    public interface Doctor {

        /**
         * @throws InvalidValueException if it cannot be read
         */
        ChainVerdict explain(TenantId tenant, String pem);
    }

    public CertificateRoutes(Certificates certificates, Doctor doctor, Clock clock) {
        this.certificates = certificates;
        this.doctor = doctor;
        this.clock = clock;
    }

    private record Chain(@Nullable String pem) {}

    private record Revocation(@Nullable String reason) {}

    private record CertificateView(
            String id,
            String issuer,
            String authority,
            Vin vin,
            String tboxSerial,
            Instant notBefore,
            Instant notAfter,
            VehicleCertificate.State state,
            @Nullable String reason,
            @Nullable Instant revokedAt,
            String pem) {}

    public List<Route> routes() {
        return List.of(
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.post(PATH + "/{id}:revoke", Scope.REGISTRY_WRITE, this::revoke),
                Route.post(PATH + "/{id}:unhold", Scope.REGISTRY_WRITE, this::unhold),
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get),
                Route.post(PATH + ":explain", Scope.REGISTRY_READ, this::explain),
                Route.post(
                        "/api/v1/vehicles/{vin}/certificates:revoke",
                        Scope.REGISTRY_WRITE,
                        this::revokeAll));
    }

    private Answer list(Exchange exchange) {
        String text = exchange.query("vin");
        if (text == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "query 'vin' is required");
        }
        Vin vin = Vin.of(text);
        exchange.caller().mustCover(vin);
        List<CertificateView> found =
                certificates.of(exchange.caller().tenant(), vin).stream().map(this::view).toList();
        return Answer.ok(new Page<>(found, null));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(view(certificate(exchange)));
    }

    private Answer revoke(Exchange exchange) {
        RevocationReason reason = Requests.reason(exchange.body(Revocation.class).reason());
        VehicleCertificate certificate = certificate(exchange);
        return Answer.ok(
                view(certificates.revoke(exchange.caller().tenant(), certificate.id(), reason)));
    }

    private Answer revokeAll(Exchange exchange) {
        Vin vin = exchange.vin();
        RevocationReason reason = Requests.reason(exchange.body(Revocation.class).reason());
        return Answer.ok(
                new Page<>(
                        certificates.revokeAll(exchange.caller().tenant(), vin, reason).stream()
                                .map(this::view)
                                .toList(),
                        null));
    }

    private Answer unhold(Exchange exchange) {
        VehicleCertificate certificate = certificate(exchange);
        return Answer.ok(view(certificates.unhold(exchange.caller().tenant(), certificate.id())));
    }

    private Answer explain(Exchange exchange) {
        String pem = Requests.required(exchange.body(Chain.class).pem(), "pem");
        ChainVerdict verdict = doctor.explain(exchange.caller().tenant(), pem);
        if (verdict.vin() == null) {
            Requests.mustCoverTheTenant(exchange);
        } else {
            exchange.caller().mustCover(verdict.vin());
        }
        return Answer.ok(verdict);
    }

    private VehicleCertificate certificate(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw new InvalidValueException(
                    "certificate id", id, "expected a serial number in lower-case hexadecimal");
        }
        VehicleCertificate certificate = certificates.get(exchange.caller().tenant(), id);
        exchange.caller().mustCover(certificate.vin());
        return certificate;
    }

    private CertificateView view(VehicleCertificate certificate) {
        RevocationReason reason = certificate.reason();
        return new CertificateView(
                certificate.id(),
                certificate.issuer(),
                certificate.authority(),
                certificate.vin(),
                certificate.tbox().value(),
                certificate.notBefore(),
                certificate.notAfter(),
                certificate.state(clock.instant()),
                reason == null ? null : reason.text(),
                certificate.revokedAt(),
                Pem.certificate(certificate.der()));
    }
}
