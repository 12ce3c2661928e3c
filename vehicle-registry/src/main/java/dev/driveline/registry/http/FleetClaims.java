package dev.driveline.registry.http;

import dev.driveline.registry.fleet.Fleets;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Route;
import java.util.List;
import java.util.Set;

/** Lets routes know which vehicles are in the fleets that a token names. */
public final class FleetClaims {

    private final Fleets fleets;

    public FleetClaims(Fleets fleets) {
        this.fleets = fleets;
    }

    /** The same routes, for callers of whom that is known. */
    public List<Route> over(List<Route> routes) {
        return routes.stream().map(this::over).toList();
    }

    private Route over(Route route) {
        if (route.scope() == null) {
            return route;
        }
        return route.with(exchange -> {
            Caller caller = exchange.caller();
            Set<String> named = caller.fleets();
            return route.handler()
                    .handle(
                            named == null
                                    ? exchange
                                    : exchange.of(
                                            caller.knowing(vin ->
                                                    fleets.contain(caller.tenant(), named, vin))));
        });
    }
}
