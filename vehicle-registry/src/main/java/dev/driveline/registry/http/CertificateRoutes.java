package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.Certificates;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/certificates} and {@code /api/v1/authorities}. */
public final class CertificateRoutes {

    private static final String PATH = "/api/v1/certificates";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{1,40}");

    private final Certificates certificates;
    private final Function<TenantId, List<AuthorityView>> authorities;
    private final Clock clock;

    /**
     * @param authorities the trust anchors of a tenant
     */
    public CertificateRoutes(
            Certificates certificates,
            Function<TenantId, List<AuthorityView>> authorities,
            Clock clock) {
        this.certificates = certificates;
        this.authorities = authorities;
        this.clock = clock;
    }

    /**
     * A trust anchor.
     *
     * @param id SHA-256 of the certificate, hexadecimal
     */
    public record AuthorityView(String id, String pem) {
        public static AuthorityView of(String id, byte[] der) {
            return new AuthorityView(id, pemOf(der));
        }
    }

    private record Revocation(@Nullable String reason) {}

    private record CertificateView(
            String id,
            String issuer,
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
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get),
                Route.get("/api/v1/authorities", Scope.REGISTRY_READ, this::authorities));
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
        String text = exchange.body(Revocation.class).reason();
        RevocationReason reason = RevocationReason.parse(Requests.required(text, "reason"));
        VehicleCertificate certificate = certificate(exchange);
        return Answer.ok(
                view(certificates.revoke(exchange.caller().tenant(), certificate.id(), reason)));
    }

    private Answer authorities(Exchange exchange) {
        return Answer.ok(new Page<>(authorities.apply(exchange.caller().tenant()), null));
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
                certificate.vin(),
                certificate.tbox().value(),
                certificate.notBefore(),
                certificate.notAfter(),
                certificate.state(clock.instant()),
                reason == null ? null : reason.text(),
                certificate.revokedAt(),
                pemOf(certificate.der()));
    }

    private static String pemOf(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }
}
