package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.sample.Retention;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/v1/tenants/{tenant}/retention}: how long a tenant's samples are kept. For who runs
 * the installation.
 */
final class RetentionRoutes {

    static final String PATH = "/api/v1/tenants/{tenant}/retention";

    private static final Logger LOG = LoggerFactory.getLogger(RetentionRoutes.class);
    private static final int MAX_DAYS = 36_500;

    private final Retention retention;

    RetentionRoutes(Retention retention) {
        this.retention = retention;
    }

    /** Days that are kept; null for as many as the installation's setting says. */
    private record Change(@Nullable Integer days) {}

    private record View(TenantId tenant, int days, boolean own) {}

    List<Route> routes() {
        return List.of(
                Route.get(PATH, Scope.ADMIN, this::get), Route.put(PATH, Scope.ADMIN, this::put));
    }

    private Answer get(Exchange exchange) {
        return view(tenantOf(exchange));
    }

    private Answer put(Exchange exchange) {
        TenantId tenant = tenantOf(exchange);
        Integer days = exchange.body(Change.class).days();
        if (days != null && (days < 1 || days > MAX_DAYS)) {
            throw new InvalidValueException(
                    "days", days, "expected 1 to " + MAX_DAYS + ", or null");
        }
        retention.change(tenant, days);
        LOG.atInfo()
                .setMessage("retention changed")
                .addKeyValue("tenant", tenant)
                .addKeyValue("days", days)
                .addKeyValue("by", exchange.caller().subject())
                .log();
        return view(tenant);
    }

    private Answer view(TenantId tenant) {
        Retention.InForce found = retention.of(tenant);
        return Answer.ok(new View(tenant, found.days(), found.own()));
    }

    private static TenantId tenantOf(Exchange exchange) {
        return TenantId.of(exchange.path("tenant"));
    }
}
