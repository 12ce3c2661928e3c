package dev.driveline.registry.http;

import dev.driveline.registry.certificate.AuthorityRecords;
import dev.driveline.registry.certificate.ForeignCertificate;
import dev.driveline.registry.certificate.ForeignCertificates;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/authorities/{id}/certificates}: those of an automaker's own authority. */
public final class ForeignCertificateRoutes {

    private static final String PATH = "/api/v1/authorities/{id}/certificates";

    private final AuthorityRecords authorities;
    private final ForeignCertificates certificates;

    public ForeignCertificateRoutes(
            AuthorityRecords authorities, ForeignCertificates certificates) {
        this.authorities = authorities;
        this.certificates = certificates;
    }

    private record Revocation(@Nullable String reason) {}

    private record CertificateView(
            String serial,
            String issuer,
            String authority,
            ForeignCertificate.State state,
            @Nullable String reason,
            @Nullable Instant revokedAt) {

        static CertificateView of(ForeignCertificate certificate) {
            RevocationReason reason = certificate.reason();
            return new CertificateView(
                    certificate.serial(),
                    certificate.issuer(),
                    certificate.authority(),
                    certificate.state(),
                    reason == null ? null : reason.text(),
                    certificate.revokedAt());
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.post(PATH + "/{serial}:revoke", Scope.REGISTRY_WRITE, this::revoke),
                Route.post(PATH + "/{serial}:unhold", Scope.REGISTRY_WRITE, this::unhold),
                Route.get(PATH + "/{serial}", Scope.REGISTRY_READ, this::get));
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<ForeignCertificate> found =
                certificates.of(
                        exchange.caller().tenant(),
                        authority(exchange),
                        Requests.cursor(exchange),
                        limit + 1);
        return Answer.ok(
                Page.of(found, limit, ForeignCertificate::serial).map(CertificateView::of));
    }

    private Answer get(Exchange exchange) {
        String authority = authority(exchange);
        return Answer.ok(
                CertificateView.of(
                        certificates.get(exchange.caller().tenant(), authority, serial(exchange))));
    }

    private Answer revoke(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        String authority = authority(exchange);
        RevocationReason reason = Requests.reason(exchange.body(Revocation.class).reason());
        return Answer.ok(
                CertificateView.of(
                        certificates.revoke(
                                exchange.caller().tenant(), authority, serial(exchange), reason)));
    }

    private Answer unhold(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        String authority = authority(exchange);
        return Answer.ok(
                CertificateView.of(
                        certificates.unhold(
                                exchange.caller().tenant(), authority, serial(exchange))));
    }

    /** One that is the caller's tenant's. */
    private String authority(Exchange exchange) {
        return authorities.get(exchange.caller().tenant(), AuthorityRoutes.id(exchange)).id();
    }

    private static String serial(Exchange exchange) {
        return ForeignCertificate.mustBeSerial(exchange.path("serial"));
    }
}
