package dev.driveline.command;

import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Commands over REST. */
final class CommandRoutes {

    static final String VEHICLE_COMMANDS = "/api/v1/vehicles/{vin}/commands";
    private static final String ONE = "/api/v1/commands/{id}";

    private final CommandAcceptance acceptance;
    private final CommandDesk desk;
    private final Dispatcher dispatcher;
    private final Followers followers;

    CommandRoutes(
            CommandAcceptance acceptance,
            CommandDesk desk,
            Dispatcher dispatcher,
            Followers followers) {
        this.acceptance = acceptance;
        this.desk = desk;
        this.dispatcher = dispatcher;
        this.followers = followers;
    }

    List<Route> all() {
        return List.of(
                Route.post(VEHICLE_COMMANDS, Scope.COMMANDS_SEND, this::send),
                Route.get(VEHICLE_COMMANDS, Scope.COMMANDS_READ, this::list),
                Route.get(
                        ONE,
                        Scope.COMMANDS_READ,
                        exchange -> Answer.ok(view(desk.find(idOf(exchange), exchange.caller())))),
                Route.delete(ONE, Scope.COMMANDS_SEND, this::cancel),
                Route.post(ONE + ":approve", Scope.COMMANDS_SEND, this::approve),
                Route.post(ONE + ":decline", Scope.COMMANDS_SEND, this::decline),
                Route.get(ONE + "/stream", Scope.COMMANDS_READ, this::stream),
                Route.get(VEHICLE_COMMANDS + "/stream", Scope.COMMANDS_READ, this::streamOfVehicle),
                Route.get("/api/v1/audit/commands/{id}", Scope.AUDIT_READ, this::audit));
    }

    private Answer send(Exchange exchange) throws InterruptedException {
        Vin vin = exchange.vin();
        String key = Idempotency.keyOf(exchange);
        CommandAcceptance.Request request = exchange.body(CommandAcceptance.Request.class);
        CommandAcceptance.Acceptance accepted =
                acceptance.accept(
                        vin, request, exchange.caller(), key, exchange.header("Authorization"));
        if (accepted.waits()) {
            dispatcher.accepted(vin);
        }
        StoredCommand command = accepted.command();
        String place = "/api/v1/commands/" + command.id();
        int waitS = Preference.waitIn(exchange.header("Prefer"));
        Followers.Awaited awaited =
                waitS == 0
                        ? new Followers.Awaited(command, false)
                        : followers.awaitEnd(command, exchange.caller(), waitS);
        StoredCommand now = awaited.command();
        Answer.Whole answer =
                awaited.waited() && now.command().state().terminal()
                        ? Answer.ok(view(now)).with("Location", place)
                        : Answer.accepted(place, view(now));
        return awaited.waited() ? answer.with("Preference-Applied", "wait=" + waitS) : answer;
    }

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", 100, 1, 1_000);
        String cursor = exchange.query("cursor");
        List<StoredCommand> page =
                desk.page(
                        exchange.vin(),
                        exchange.caller(),
                        cursor == null ? null : CommandId.parse(cursor),
                        limit);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", page.stream().map(CommandRoutes::view).toList());
        if (page.size() == limit) {
            body.put("next", page.getLast().id());
        }
        return Answer.ok(body);
    }

    private Answer cancel(Exchange exchange) {
        return Answer.ok(
                view(desk.cancel(idOf(exchange), exchange.caller(), exchange.query("reason"))));
    }

    /** What a second person says to it. */
    record Said(@Nullable String reason) {}

    private Answer approve(Exchange exchange) {
        StoredCommand approved =
                desk.approve(idOf(exchange), exchange.caller(), saidIn(exchange).reason());
        dispatcher.accepted(approved.vin());
        return Answer.ok(view(approved));
    }

    private Answer decline(Exchange exchange) {
        return Answer.ok(
                view(desk.decline(idOf(exchange), exchange.caller(), saidIn(exchange).reason())));
    }

    static Said saidIn(Exchange exchange) {
        return exchange.body().length == 0 ? new Said(null) : exchange.body(Said.class);
    }

    private Answer audit(Exchange exchange) {
        StoredCommand command = desk.find(idOf(exchange), exchange.caller());
        return Answer.ok(
                Map.of(
                        "items",
                        desk.steps(command.id(), 0).stream().map(AuditRoutes::view).toList()));
    }

    private Answer stream(Exchange exchange) {
        CommandId id = desk.find(idOf(exchange), exchange.caller()).id();
        Long seen = lastSeen(exchange);
        int after = seen == null ? 0 : seen.intValue();
        return new Answer.Events(sink -> followers.follow(id, after, sink));
    }

    private Answer streamOfVehicle(Exchange exchange) {
        Vin vin = exchange.vin();
        Caller caller = exchange.caller();
        long now = desk.place(vin, caller);
        Long seen = lastSeen(exchange);
        return new Answer.Events(sink -> followers.follow(vin, caller, now, seen, sink));
    }

    private static @Nullable Long lastSeen(Exchange exchange) {
        String id = exchange.header("Last-Event-ID");
        if (id == null) {
            return null;
        }
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException notANumber) {
            throw new InvalidValueException(
                    "Last-Event-ID", id, "expected the id of an event of this stream");
        }
    }

    private static CommandId idOf(Exchange exchange) {
        return CommandId.parse(exchange.path("id"));
    }

    /** A command as callers see it; the signed envelope is the vehicle's business. */
    record View(
            CommandId id,
            Vin vin,
            String type,
            Map<String, Object> params,
            CommandState state,
            @Nullable String code,
            @Nullable Map<String, Object> result,
            boolean late,
            int step,
            Instant issuedAt,
            Instant expiresAt,
            int ttlS,
            boolean background,
            @Nullable Map<String, Object> advice,
            @Nullable UUID batch,
            String requestedBy) {}

    private static View view(StoredCommand stored) {
        return new View(
                stored.id(),
                stored.vin(),
                stored.kind().type(),
                stored.params(),
                stored.command().state(),
                stored.command().code(),
                stored.command().result(),
                stored.command().late(),
                stored.step(),
                stored.issuedAt(),
                stored.command().expiresAt(),
                stored.wish().ttlS(),
                stored.wish().background(),
                stored.wish().advice(),
                stored.wish().batch(),
                stored.requestedBy());
    }
}
