package dev.driveline.registry.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.registry.timeline.Timeline;
import dev.driveline.registry.timeline.VehicleEvent;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happened to a vehicle's connections: {@code …/timeline} and {@code …/connection}. */
public final class TimelineRoutes {

    private static final String PATH = "/api/v1/vehicles/{vin}/";
    private final Timeline timeline;

    public TimelineRoutes(Timeline timeline) {
        this.timeline = timeline;
    }

    private record EventView(UUID id, Instant at, String type, JsonNode data) {
        static EventView of(VehicleEvent event) {
            return new EventView(event.id(), event.at(), event.type(), event.data());
        }

        static @Nullable EventView orNull(@Nullable VehicleEvent event) {
            return event == null ? null : of(event);
        }
    }

    private record ConnectionView(
            boolean online,
            @Nullable EventView opened,
            @Nullable EventView closed,
            @Nullable EventView refused) {}

    public List<Route> routes() {
        return List.of(
                Route.get(PATH + "timeline", Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "connection", Scope.REGISTRY_READ, this::connection));
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<VehicleEvent> found =
                timeline.list(
                        new Timeline.Query(
                                exchange.caller().tenant(),
                                exchange.vin(),
                                exchange.query("type"),
                                exchange.queryInstant("from"),
                                exchange.queryInstant("to"),
                                before(exchange),
                                limit + 1));
        return Answer.ok(
                Page.of(found, limit, event -> event.at() + "_" + event.id()).map(EventView::of));
    }

    private Answer connection(Exchange exchange) {
        Timeline.Connection found = timeline.connection(exchange.caller().tenant(), exchange.vin());
        return Answer.ok(
                new ConnectionView(
                        found.online(),
                        EventView.orNull(found.opened()),
                        EventView.orNull(found.closed()),
                        EventView.orNull(found.refused())));
    }

    private static Timeline.@Nullable Place before(Exchange exchange) {
        String cursor = Requests.cursor(exchange);
        if (cursor.isEmpty()) {
            return null;
        }
        int bar = cursor.indexOf('_');
        try {
            return new Timeline.Place(
                    Instant.parse(cursor.substring(0, Math.max(0, bar))),
                    UUID.fromString(cursor.substring(bar + 1)));
        } catch (DateTimeException | IllegalArgumentException wrong) {
            throw new InvalidValueException("query cursor", cursor, "is none of a page before");
        }
    }
}
