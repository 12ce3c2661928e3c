package dev.driveline.registry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.access.VehicleLimit;
import dev.driveline.registry.access.VehicleLimits;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/vehicles/{vin}/limits}. */
public final class LimitRoutes {

    private static final String PATH = "/api/v1/vehicles/{vin}/limits";
    private static final int MAX_MESSAGES = 100_000;
    private static final int MAX_BYTES = 1 << 30;

    private final VehicleLimits limits;
    private final Clock clock;

    public LimitRoutes(VehicleLimits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    private record NewLimit(
            @Nullable Integer messagesPerS, @Nullable Integer bytesPerS, @Nullable String reason) {}

    public List<Route> routes() {
        return List.of(
                Route.put(PATH, Scope.REGISTRY_WRITE, this::put),
                Route.get(PATH, Scope.REGISTRY_READ, this::get),
                Route.delete(PATH, Scope.REGISTRY_WRITE, this::remove));
    }

    private Answer put(Exchange exchange) {
        Vin vin = exchange.vin();
        NewLimit body = exchange.body(NewLimit.class);
        String reason = Requests.text(body.reason(), "reason");
        VehicleLimit limit =
                new VehicleLimit(
                        vin,
                        within(body.messagesPerS(), "messagesPerS", MAX_MESSAGES),
                        within(body.bytesPerS(), "bytesPerS", MAX_BYTES),
                        reason,
                        clock.instant());
        limits.put(exchange.caller().tenant(), limit);
        return Answer.ok(limits.get(exchange.caller().tenant(), vin));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(limits.get(exchange.caller().tenant(), exchange.vin()));
    }

    private Answer remove(Exchange exchange) {
        limits.remove(exchange.caller().tenant(), exchange.vin());
        return Answer.noContent();
    }

    private static int within(@Nullable Integer value, String member, int most) {
        if (value == null || value < 1 || value > most) {
            throw new InvalidValueException(
                    member, String.valueOf(value), "expected an integer from 1 to " + most);
        }
        return value;
    }
}
