package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.grant.VehicleGrant;
import dev.driveline.registry.grant.VehicleGrants;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/vehicles/{vin}/grants}, and the change of owner that ends them. */
public final class GrantRoutes {

    private static final String VEHICLE = "/api/v1/vehicles/{vin}";
    private static final String PATH = VEHICLE + "/grants";
    private static final Duration LONGEST = Duration.ofDays(5 * 366);

    /** What a person can be given; the rest is for those who run the fleet. */
    private static final Set<Scope> GRANTABLE =
            EnumSet.of(
                    Scope.REGISTRY_READ,
                    Scope.COMMANDS_READ,
                    Scope.COMMANDS_SEND,
                    Scope.TELEMETRY_READ,
                    Scope.TELEMETRY_LOCATION);

    private final VehicleGrants grants;
    private final Clock clock;

    public GrantRoutes(VehicleGrants grants, Clock clock) {
        this.grants = grants;
        this.clock = clock;
    }

    private record NewGrant(
            @Nullable String subject,
            @Nullable List<String> scopes,
            @Nullable String purpose,
            @Nullable String from,
            @Nullable String until) {}

    private record Ending(@Nullable String reason) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get),
                Route.delete(PATH + "/{id}", Scope.REGISTRY_WRITE, this::end),
                Route.post(VEHICLE + ":change-owner", Scope.REGISTRY_WRITE, this::changeOwner));
    }

    private Answer add(Exchange exchange) {
        Vin vin = exchange.vin();
        NewGrant body = exchange.body(NewGrant.class);
        Instant now = clock.instant();
        Instant from = body.from() == null ? now : Requests.instant(body.from(), "from");
        Instant until = Requests.instant(Requests.required(body.until(), "until"), "until");
        if (!until.isAfter(from) || until.isAfter(from.plus(LONGEST))) {
            throw new InvalidValueException(
                    "until", until, "expected a time after " + from + ", within five years");
        }
        VehicleGrant grant =
                new VehicleGrant(
                        UUID.randomUUID(),
                        vin,
                        Requests.text(body.subject(), "subject"),
                        scopesOf(body.scopes()),
                        Requests.text(body.purpose(), "purpose"),
                        from,
                        until,
                        null,
                        null,
                        now);
        TenantId tenant = exchange.caller().tenant();
        grants.add(tenant, grant);
        return Answer.created(
                "/api/v1/vehicles/" + vin + "/grants/" + grant.id(),
                grants.get(tenant, vin, grant.id()));
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<VehicleGrant> found =
                grants.list(
                        exchange.caller().tenant(),
                        exchange.vin(),
                        Requests.cursor(exchange),
                        limit + 1);
        return Answer.ok(Page.of(found, limit, grant -> grant.id().toString()));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(grants.get(exchange.caller().tenant(), exchange.vin(), id(exchange)));
    }

    private Answer end(Exchange exchange) {
        String reason = exchange.query("reason");
        grants.end(
                exchange.caller().tenant(),
                exchange.vin(),
                id(exchange),
                reason == null ? "ended by " + exchange.caller().subject() : reason);
        return Answer.noContent();
    }

    private Answer changeOwner(Exchange exchange) {
        String reason = Requests.text(exchange.body(Ending.class).reason(), "reason");
        int ended = grants.endAll(exchange.caller().tenant(), exchange.vin(), reason);
        return Answer.ok(Map.of("grantsEnded", ended));
    }

    private static List<String> scopesOf(@Nullable List<String> texts) {
        Set<String> known = GRANTABLE.stream().map(Scope::text).collect(Collectors.toSet());
        if (texts == null || texts.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "body: member 'scopes' names at least one scope");
        }
        for (String text : texts) {
            if (!known.contains(text)) {
                throw new InvalidValueException("scopes", text, "expected one of " + known);
            }
        }
        return List.copyOf(texts);
    }

    private static UUID id(Exchange exchange) {
        try {
            return UUID.fromString(exchange.path("id"));
        } catch (IllegalArgumentException wrong) {
            throw new InvalidValueException(
                    ErrorCode.GRANT_UNKNOWN, "grant", exchange.path("id"), "does not exist");
        }
    }
}
