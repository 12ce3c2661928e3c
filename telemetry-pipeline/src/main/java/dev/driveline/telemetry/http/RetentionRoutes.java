package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.retention.Retention;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/v1/tenants/{tenant}/retention} and {@code …/frames}: how long a tenant's samples are
 * kept, and whether and how long its frames are kept as they were recorded. For who runs the
 * installation.
 */
final class RetentionRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionRoutes.class);
    private static final int MAX_DAYS = 36_500;

    private final String path;
    private final String what;
    private final int leastDays;
    private final Retention retention;

    private RetentionRoutes(String path, String what, int leastDays, Retention retention) {
        this.path = path;
        this.what = what;
        this.leastDays = leastDays;
        this.retention = retention;
    }

    static RetentionRoutes ofSamples(Retention retention) {
        return new RetentionRoutes("/api/v1/tenants/{tenant}/retention", "samples", 1, retention);
    }

    /** Those of a tenant may be kept not at all. */
    static RetentionRoutes ofFrames(Retention retention) {
        return new RetentionRoutes("/api/v1/tenants/{tenant}/frames", "frames", 0, retention);
    }

    /** Days that are kept, 0 for none; null for as many as the installation's setting says. */
    private record Change(@Nullable Integer days) {}

    private record View(TenantId tenant, int days, boolean own) {}

    List<Route> routes() {
        return List.of(
                Route.get(path, Scope.ADMIN, this::get), Route.put(path, Scope.ADMIN, this::put));
    }

    private Answer get(Exchange exchange) {
        return view(tenantOf(exchange));
    }

    private Answer put(Exchange exchange) {
        TenantId tenant = tenantOf(exchange);
        Integer days = exchange.body(Change.class).days();
        if (days != null && (days < leastDays || days > MAX_DAYS)) {
            throw new InvalidValueException(
                    "days", days, "expected %d to %d, or null".formatted(leastDays, MAX_DAYS));
        }
        retention.change(tenant, days);
        LOG.atInfo()
                .setMessage("retention changed")
                .addKeyValue("of", what)
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
