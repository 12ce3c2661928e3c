package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.fleet.Fleet;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.fleet.Fleets;
import dev.driveline.registry.vehicle.LabelSelector;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.registry.vehicle.VehicleQuery;
import dev.driveline.registry.vehicle.Vehicles;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/fleets}. */
public final class FleetRoutes {

    private static final String PATH = "/api/v1/fleets";
    private static final String MEMBER = PATH + "/{id}/vehicles/{vin}";

    private final Fleets fleets;
    private final Vehicles vehicles;

    public FleetRoutes(Fleets fleets, Vehicles vehicles) {
        this.fleets = fleets;
        this.vehicles = vehicles;
    }

    /** {@code selector}: as the query {@code label} of vehicles; null names the members. */
    private record NewFleet(
            @Nullable String id, @Nullable String name, @Nullable List<String> selector) {}

    private record Change(@Nullable String name, @Nullable List<String> selector) {}

    private record FleetView(
            String id, String name, @Nullable List<String> selector, long version) {
        static FleetView of(Fleet fleet) {
            LabelSelector selector = fleet.selector();
            return new FleetView(
                    fleet.id().value(),
                    fleet.name(),
                    selector == null ? null : selector.texts(),
                    fleet.version());
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get),
                Route.patch(PATH + "/{id}", Scope.REGISTRY_WRITE, this::change),
                Route.delete(PATH + "/{id}", Scope.REGISTRY_WRITE, this::remove),
                Route.get(PATH + "/{id}/vehicles", Scope.REGISTRY_READ, this::members),
                Route.put(MEMBER, Scope.REGISTRY_WRITE, exchange -> put(exchange, true)),
                Route.delete(MEMBER, Scope.REGISTRY_WRITE, exchange -> put(exchange, false)));
    }

    private Answer add(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        NewFleet body = exchange.body(NewFleet.class);
        Fleet fleet =
                new Fleet(
                        new FleetId(Requests.required(body.id(), "id")),
                        Requests.required(body.name(), "name"),
                        body.selector() == null ? null : LabelSelector.parse(body.selector()),
                        1);
        fleets.add(exchange.caller().tenant(), fleet);
        return Answer.created(PATH + "/" + fleet.id(), FleetView.of(fleet))
                .with("ETag", fleet.etag());
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<Fleet> found =
                fleets.list(
                        exchange.caller().tenant(),
                        named(exchange.caller()),
                        Requests.cursor(exchange),
                        limit + 1);
        return Answer.ok(Page.of(found, limit, fleet -> fleet.id().value()).map(FleetView::of));
    }

    private Answer get(Exchange exchange) {
        return answer(fleet(exchange));
    }

    private Answer change(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        Change body = exchange.body(Change.class);
        return answer(
                fleets.change(
                        exchange.caller().tenant(),
                        id(exchange),
                        exchange.header("If-Match"),
                        fleet -> {
                            Fleet changed = fleet;
                            if (body.name() != null) {
                                changed = changed.named(body.name());
                            }
                            if (body.selector() != null) {
                                changed = changed.selecting(LabelSelector.parse(body.selector()));
                            }
                            return changed;
                        }));
    }

    private Answer remove(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        fleets.remove(exchange.caller().tenant(), id(exchange), exchange.header("If-Match"));
        return Answer.noContent();
    }

    private Answer members(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<Vehicle> found =
                vehicles.list(
                        new VehicleQuery(
                                exchange.caller().tenant(),
                                null,
                                null,
                                fleet(exchange).id(),
                                LabelSelector.ALL,
                                "",
                                Requests.covered(exchange),
                                Requests.cursor(exchange),
                                limit + 1));
        return Answer.ok(
                Page.of(found, limit, vehicle -> vehicle.vin().value())
                        .map(vehicle -> VehicleView.of(vehicle, null)));
    }

    /** Who is in a fleet decides what tokens that name it cover. */
    private Answer put(Exchange exchange, boolean member) {
        Requests.mustCoverTheTenant(exchange);
        fleets.put(exchange.caller().tenant(), id(exchange), Vin.of(exchange.path("vin")), member);
        return Answer.noContent();
    }

    private Fleet fleet(Exchange exchange) {
        Fleet found = fleets.get(exchange.caller().tenant(), id(exchange));
        Set<String> named = named(exchange.caller());
        if (named != null && !named.contains(found.id().value())) {
            throw new ProblemException(
                    ErrorCode.OUTSIDE_CLAIM,
                    "fleet " + found.id() + " is not in the token's fleets");
        }
        return found;
    }

    /** The fleets that a narrowed token names; null if it covers all of the tenant. */
    private static @Nullable Set<String> named(Caller caller) {
        if (caller.vins() == null) {
            return null;
        }
        return caller.fleets() == null ? Set.of() : caller.fleets();
    }

    /** What cannot be a fleet's id is none's. */
    private static FleetId id(Exchange exchange) {
        try {
            return new FleetId(exchange.path("id"));
        } catch (InvalidValueException wrong) {
            throw new InvalidValueException(
                    ErrorCode.FLEET_UNKNOWN, "fleet", exchange.path("id"), "does not exist");
        }
    }

    private static Answer answer(Fleet fleet) {
        return Answer.ok(FleetView.of(fleet)).with("ETag", fleet.etag());
    }
}
