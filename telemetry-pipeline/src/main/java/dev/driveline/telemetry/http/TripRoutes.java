package dev.driveline.telemetry.http;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trip.Meters;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.trip.Leg;
import dev.driveline.telemetry.trip.Legs;
import dev.driveline.telemetry.trip.TripEvents;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/vehicles/{vin}/trips} and {@code …/charging-sessions}: the latest first.
 *
 * <p>Query: {@code from} and {@code to} (those that lie in that time, in part or whole), {@code
 * limit} 1 to 1,000, {@code cursor}. Where one began and ended is shown only to tokens with {@code
 * telemetry:location}.
 */
final class TripRoutes {

    static final String TRIPS = "/api/v1/vehicles/{vin}/trips";
    static final String SESSIONS = "/api/v1/vehicles/{vin}/charging-sessions";

    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final VehicleAccess access;
    private final Legs legs;

    TripRoutes(VehicleAccess access, Legs legs) {
        this.access = access;
        this.legs = legs;
    }

    List<Route> routes() {
        return List.of(
                Route.get(
                        TRIPS,
                        Scope.TELEMETRY_READ,
                        exchange -> page(exchange, Leg.Kind.TRIP, TripBody::of)),
                Route.get(
                        SESSIONS,
                        Scope.TELEMETRY_READ,
                        exchange -> page(exchange, Leg.Kind.CHARGING, SessionBody::of)));
    }

    /** How a leg is shown. */
    @FunctionalInterface
    private interface Shown<T> {
        T of(Vin vin, Leg leg, boolean located);
    }

    /**
     * A trip as REST shows it.
     *
     * @param ongoing whether it goes on as far as is known
     * @param byOdometer whether the odometer tells the distance; else it is the integrated speed
     * @param energyKwh taken out of the traction battery; absent where it is not known
     * @param fuelL taken out of the tank, likewise
     */
    private record TripBody(
            UUID id,
            Instant start,
            Instant end,
            boolean ongoing,
            double distanceM,
            boolean byOdometer,
            double idleS,
            @Nullable Double energyKwh,
            @Nullable Double fuelL,
            Meters first,
            Meters last) {

        static TripBody of(Vin vin, Leg leg, boolean located) {
            return new TripBody(
                    leg.id(vin),
                    instant(leg.startUs()),
                    instant(leg.endUs()),
                    !leg.over(),
                    leg.distanceM(),
                    leg.isByOdometer(),
                    leg.idleUs() / 1e6,
                    known(leg.first().energyKwh() - leg.last().energyKwh()),
                    known(leg.first().fuelL() - leg.last().fuelL()),
                    meters(TripEvents.meters(leg.first()), located),
                    meters(TripEvents.meters(leg.last()), located));
        }
    }

    /**
     * A charging session as REST shows it.
     *
     * @param energyKwh put into the traction battery; absent where it is not known
     */
    private record SessionBody(
            UUID id,
            Instant start,
            Instant end,
            boolean ongoing,
            @Nullable Double energyKwh,
            Meters first,
            Meters last) {

        static SessionBody of(Vin vin, Leg leg, boolean located) {
            return new SessionBody(
                    leg.id(vin),
                    instant(leg.startUs()),
                    instant(leg.endUs()),
                    !leg.over(),
                    known(leg.last().energyKwh() - leg.first().energyKwh()),
                    meters(TripEvents.meters(leg.first()), located),
                    meters(TripEvents.meters(leg.last()), located));
        }
    }

    private <T> Answer page(Exchange exchange, Leg.Kind kind, Shown<T> shown) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        List<Leg> found =
                legs.list(
                        vehicle.known().tenant(),
                        vehicle.vin(),
                        kind,
                        Queries.micros(exchange, "from", 0),
                        Queries.micros(exchange, "to", Long.MAX_VALUE),
                        cursor == null ? null : Long.valueOf(Cursors.toTrip(cursor)),
                        limit + 1);
        boolean more = found.size() > limit;
        List<Leg> page = more ? found.subList(0, limit) : found;
        boolean located = exchange.caller().has(Scope.TELEMETRY_LOCATION);
        return Answer.ok(
                new Page<>(
                        page.stream().map(leg -> shown.of(vehicle.vin(), leg, located)).toList(),
                        more ? Cursors.ofTrip(page.getLast().startUs()) : null));
    }

    private static Meters meters(Meters all, boolean located) {
        return located ? all : all.withoutPosition();
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private static Instant instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }
}
