package dev.driveline.registry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.audit.AuditEntry;
import dev.driveline.registry.audit.AuditQuery;
import dev.driveline.registry.audit.AuditTrail;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/audit/registry}. */
public final class AuditRoutes {

    private final AuditTrail trail;

    public AuditRoutes(AuditTrail trail) {
        this.trail = trail;
    }

    public List<Route> routes() {
        return List.of(Route.get("/api/v1/audit/registry", Scope.AUDIT_READ, this::list));
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<AuditEntry> found =
                trail.list(
                        new AuditQuery(
                                exchange.caller().tenant(),
                                vinsOf(exchange),
                                fleetsOf(exchange),
                                exchange.query("actor"),
                                exchange.query("kind"),
                                exchange.queryInstant("from"),
                                exchange.queryInstant("to"),
                                after(exchange),
                                limit + 1));
        return Answer.ok(Page.of(found, limit, entry -> Long.toString(entry.id())));
    }

    /** The vehicles that the query and the token allow. */
    private static @Nullable Set<String> vinsOf(Exchange exchange) {
        String asked = exchange.query("vin");
        if (asked != null) {
            Vin vin = Vin.of(asked);
            exchange.caller().mustCover(vin);
            return Set.of(vin.value());
        }
        Set<Vin> covered = exchange.caller().vins();
        return covered == null
                ? null
                : covered.stream().map(Vin::value).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> fleetsOf(Exchange exchange) {
        Set<String> fleets = exchange.caller().fleets();
        return fleets == null || exchange.query("vin") != null ? Set.of() : fleets;
    }

    private static long after(Exchange exchange) {
        String cursor = Requests.cursor(exchange);
        try {
            return cursor.isEmpty() ? 0 : Long.parseLong(cursor);
        } catch (NumberFormatException wrong) {
            throw new InvalidValueException("query cursor", cursor, "is none of a page before");
        }
    }
}
