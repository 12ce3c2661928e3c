package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.event.Events;
import dev.driveline.telemetry.event.StoredEvent;
import dev.driveline.telemetry.event.TroubleCode;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/vehicles/{vin}/events}, the latest first, and {@code …/dtcs}, the ACTIVE ones
 * first.
 *
 * <p>What a vehicle says in words of its own may tell where it is or how it is driven: such data
 * and freeze frames are shown only to tokens with {@code telemetry:location}.
 */
final class EventRoutes {

    static final String EVENTS = "/api/v1/vehicles/{vin}/events";
    static final String CODES = "/api/v1/vehicles/{vin}/dtcs";

    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_TYPES = 50;

    /** Types of vehicles whose data this contract describes; none tells where a vehicle is. */
    private static final Set<String> DESCRIBED = Set.of(EventTypes.SLEEP);

    private final VehicleAccess access;
    private final Events events;

    EventRoutes(VehicleAccess access, Events events) {
        this.access = access;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.get(EVENTS, Scope.TELEMETRY_READ, this::list),
                Route.get(CODES, Scope.TELEMETRY_READ, this::codes));
    }

    private Answer list(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        List<String> types = exchange.queryAll("type");
        if (types.size() > MAX_TYPES) {
            throw new InvalidValueException(
                    "query type", types.size() + " values", "expected up to " + MAX_TYPES);
        }
        List<StoredEvent> found =
                events.list(
                        vehicle.known().tenant(),
                        vehicle.vin(),
                        types,
                        Queries.micros(exchange, "from", 0),
                        Queries.micros(exchange, "to", Long.MAX_VALUE),
                        cursor == null ? null : Cursors.toEvent(cursor),
                        limit + 1);
        boolean more = found.size() > limit;
        List<StoredEvent> page = more ? found.subList(0, limit) : found;
        boolean located = exchange.caller().has(Scope.TELEMETRY_LOCATION);
        return Answer.ok(
                new Page<>(
                        page.stream().map(event -> EventBody.of(event, located)).toList(),
                        more ? Cursors.ofEvent(page.getLast().place()) : null));
    }

    private Answer codes(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        boolean located = exchange.caller().has(Scope.TELEMETRY_LOCATION);
        return Answer.ok(
                new Page<>(
                        events
                                .codes(
                                        vehicle.known().tenant(),
                                        vehicle.vin(),
                                        Queries.oneOf(TroubleCode.Status.class, exchange, "status"))
                                .stream()
                                .map(code -> CodeBody.of(code, located))
                                .toList(),
                        null));
    }

    /**
     * An event as REST shows it.
     *
     * @param at when it was: by its source, or its receipt where that had no time ({@code dated}
     *     false)
     * @param data absent where there is none, and where it is withheld
     * @param withheld whether the token does not reach to the data
     */
    private record EventBody(
            String id,
            String type,
            Instant at,
            boolean dated,
            Instant receivedAt,
            @Nullable String source,
            @Nullable Map<String, Object> data,
            boolean withheld) {

        static EventBody of(StoredEvent event, boolean located) {
            boolean withheld = !located && event.data() != null && isFree(event.type());
            return new EventBody(
                    event.id(),
                    event.type(),
                    instant(event.tUs()),
                    event.dated(),
                    instant(event.receivedUs()),
                    event.source(),
                    withheld ? null : event.data(),
                    withheld);
        }

        private static boolean isFree(String type) {
            return type.startsWith(EventTypes.VEHICLE_PREFIX)
                    && !type.startsWith(EventTypes.VEHICLE_SECURITY_PREFIX)
                    && !DESCRIBED.contains(type);
        }
    }

    /**
     * A trouble code as REST shows it.
     *
     * @param since since when it is ACTIVE; absent while it is not
     * @param timesActive how often it became ACTIVE
     */
    private record CodeBody(
            String code,
            String ecu,
            String protocol,
            TroubleCode.Status status,
            @Nullable Instant since,
            Instant firstSeen,
            Instant lastSeen,
            @Nullable Instant clearedAt,
            int timesActive,
            @Nullable Map<String, Object> freeze) {

        static CodeBody of(TroubleCode code, boolean located) {
            return new CodeBody(
                    code.key().code(),
                    code.key().ecu(),
                    code.key().protocol(),
                    code.status(),
                    known(code.activeUs()),
                    instant(code.firstUs()),
                    instant(code.lastUs()),
                    known(code.clearedUs()),
                    code.timesActive(),
                    located ? code.freeze() : null);
        }
    }

    private static @Nullable Instant known(@Nullable Long us) {
        return us == null ? null : instant(us);
    }

    private static Instant instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }
}
