package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.frame.FrameDays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/v1/tenants/{tenant}/frames}: whether and how long a tenant's frames are kept as they
 * were recorded. For who runs the installation.
 */
final class FrameDaysRoutes {

    static final String PATH = "/api/v1/tenants/{tenant}/frames";

    private static final Logger LOG = LoggerFactory.getLogger(FrameDaysRoutes.class);
    private static final int MAX_DAYS = 36_500;

    private final FrameDays frameDays;

    FrameDaysRoutes(FrameDays frameDays) {
        this.frameDays = frameDays;
    }

    /** Days that are kept, 0 for none; null for as many as the installation's setting says. */
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
        if (days != null && (days < 0 || days > MAX_DAYS)) {
            throw new InvalidValueException(
                    "days", days, "expected 0 to " + MAX_DAYS + ", or null");
        }
        frameDays.change(tenant, days);
        LOG.atInfo()
                .setMessage("keeping of frames changed")
                .addKeyValue("tenant", tenant)
                .addKeyValue("days", days)
                .addKeyValue("by", exchange.caller().subject())
                .log();
        return view(tenant);
    }

    private Answer view(TenantId tenant) {
        FrameDays.InForce found = frameDays.of(tenant);
        return Answer.ok(new View(tenant, found.days(), found.own()));
    }

    private static TenantId tenantOf(Exchange exchange) {
        return TenantId.of(exchange.path("tenant"));
    }
}
