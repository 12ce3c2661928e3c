package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.certificate.Authority;
import dev.driveline.registry.certificate.AuthorityRecord;
import dev.driveline.registry.certificate.AuthorityRecord.Kind;
import dev.driveline.registry.certificate.AuthorityRecord.State;
import dev.driveline.registry.certificate.AuthorityRecords;
import dev.driveline.registry.certificate.Issuers;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/authorities}: whose certificates let a tenant's vehicles connect. */
public final class AuthorityRoutes {

    private static final String PATH = "/api/v1/authorities";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    private final AuthorityRecords authorities;
    private final Issuers issuers;
    private final Reader reader;

    /** Reads an automaker's own authority from PEM. */
    @FunctionalInterface
    public interface Reader {

        /**
         * @throws InvalidValueException saying what is wrong with it
         */
        AuthorityRecord read(String pem, TenantId tenant, List<String> vinPrefixes);
    }

    public AuthorityRoutes(AuthorityRecords authorities, Issuers issuers, Reader reader) {
        this.authorities = authorities;
        this.issuers = issuers;
        this.reader = reader;
    }

    private record NewAuthority(@Nullable String pem, @Nullable List<String> vinPrefixes) {}

    private record Revocation(@Nullable String reason) {}

    /**
     * @param issues whether new certificates come from it
     */
    private record AuthorityView(
            String id,
            Kind kind,
            State state,
            boolean issues,
            List<String> vinPrefixes,
            @Nullable String reason,
            @Nullable Instant endedAt,
            String pem) {}

    public List<Route> routes() {
        return List.of(
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.post(PATH + "/{id}:retire", Scope.REGISTRY_WRITE, this::retire),
                Route.post(PATH + "/{id}:revoke", Scope.REGISTRY_WRITE, this::revoke),
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get));
    }

    private Answer list(Exchange exchange) {
        return Answer.ok(
                new Page<>(
                        authorities.of(exchange.caller().tenant()).stream()
                                .map(this::view)
                                .toList(),
                        null));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(view(authorities.get(exchange.caller().tenant(), id(exchange))));
    }

    private Answer add(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        NewAuthority body = exchange.body(NewAuthority.class);
        AuthorityRecord read =
                reader.read(
                        Requests.required(body.pem(), "pem"),
                        exchange.caller().tenant(),
                        body.vinPrefixes() == null ? List.of() : body.vinPrefixes());
        AuthorityRecord added = authorities.add(read);
        return Answer.created(PATH + "/" + added.id(), view(added));
    }

    private Answer retire(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        TenantId tenant = exchange.caller().tenant();
        AuthorityRecord record = authorities.get(tenant, id(exchange));
        if (issues(record)) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "authority",
                    record.id(),
                    "new certificates come from it: its successor must be there first");
        }
        return Answer.ok(view(authorities.retire(tenant, record.id())));
    }

    private Answer revoke(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        RevocationReason reason = Requests.reason(exchange.body(Revocation.class).reason());
        if (reason == RevocationReason.CERTIFICATE_HOLD) {
            throw new InvalidValueException(
                    "reason", reason.text(), "an authority cannot be held, only revoked for ever");
        }
        return Answer.ok(
                view(authorities.revoke(exchange.caller().tenant(), id(exchange), reason)));
    }

    private boolean issues(AuthorityRecord record) {
        return issuers.issuing(record.tenant())
                .map(Authority::id)
                .filter(record.id()::equals)
                .isPresent();
    }

    private AuthorityView view(AuthorityRecord record) {
        RevocationReason reason = record.reason();
        return new AuthorityView(
                record.id(),
                record.kind(),
                record.state(),
                issues(record),
                record.vinPrefixes(),
                reason == null ? null : reason.text(),
                record.endedAt(),
                Pem.certificate(record.certificate()));
    }

    static String id(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw new InvalidValueException(
                    ErrorCode.AUTHORITY_UNKNOWN, "authority", id, "does not exist");
        }
        return id;
    }
}
