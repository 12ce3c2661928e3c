package dev.driveline.command;

import dev.driveline.command.postgres.HoldTable;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kill switches over REST. */
final class HoldRoutes {

    private static final String ALL = "/api/v1/commands:hold";
    private static final String ONE = ALL + "/{id}";

    private final HoldDesk desk;

    HoldRoutes(HoldDesk desk) {
        this.desk = desk;
    }

    List<Route> all() {
        return List.of(
                Route.get(ALL, Scope.COMMANDS_READ, this::list),
                Route.post(ALL, Scope.COMMANDS_SEND, this::hold),
                Route.delete(ONE, Scope.COMMANDS_SEND, this::release));
    }

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", 100, 1, 1_000);
        String cursor = exchange.query("cursor");
        List<HoldTable.Hold> page =
                desk.newest(
                        exchange.caller(),
                        cursor == null ? null : UuidText.parse("cursor", cursor),
                        limit);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", page);
        if (page.size() == limit) {
            body.put("next", page.getLast().id().toString());
        }
        return Answer.ok(body);
    }

    private Answer hold(Exchange exchange) {
        HoldTable.Hold hold = desk.hold(exchange.body(HoldDesk.Wish.class), exchange.caller());
        return Answer.created(ALL + "/" + hold.id(), hold);
    }

    private Answer release(Exchange exchange) {
        return Answer.ok(
                desk.release(
                        UuidText.parse("hold", exchange.path("id")),
                        exchange.caller(),
                        exchange.query("reason")));
    }
}
