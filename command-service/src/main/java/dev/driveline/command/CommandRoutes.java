package dev.driveline.command;

import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.Watchers;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.RestServer;
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
    private static final long LOOK_MS = 1_000;

    private final CommandAcceptance acceptance;
    private final CommandDesk desk;
    private final Dispatcher dispatcher;
    private final Watchers watchers;

    CommandRoutes(
            CommandAcceptance acceptance,
            CommandDesk desk,
            Dispatcher dispatcher,
            Watchers watchers) {
        this.acceptance = acceptance;
        this.desk = desk;
        this.dispatcher = dispatcher;
        this.watchers = watchers;
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
                Route.get("/api/v1/audit/commands/{id}", Scope.AUDIT_READ, this::audit));
    }

    private Answer send(Exchange exchange) {
        Vin vin = exchange.vin();
        String key = Idempotency.keyOf(exchange);
        CommandAcceptance.Request request = exchange.body(CommandAcceptance.Request.class);
        CommandAcceptance.Acceptance accepted =
                acceptance.accept(
                        vin, request, exchange.caller(), key, exchange.header("Authorization"));
        accepted.told().forEach(watchers::changed);
        if (accepted.fresh()) {
            dispatcher.accepted(vin);
        }
        StoredCommand command = accepted.command();
        return Answer.accepted("/api/v1/commands/" + command.id(), view(command));
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

    /** Every step so far, then each new one; ends with the final state. */
    private Answer stream(Exchange exchange) {
        CommandId id = desk.find(idOf(exchange), exchange.caller()).id();
        int after = lastSeen(exchange);
        return new Answer.Events(sink -> follow(id, after, sink));
    }

    private void follow(CommandId id, int after, Answer.EventSink sink) throws Exception {
        int seen = after;
        long quietMs = 0;
        try (Watchers.Watch watch = watchers.watch(id)) {
            while (!sink.closed()) {
                List<AuditEntry> steps = desk.steps(id, seen);
                for (AuditEntry step : steps) {
                    if (!sink.send(String.valueOf(step.step()), "step", view(step))
                            || CommandState.valueOf(step.state()).isFinal()) {
                        return;
                    }
                    seen = step.step();
                }
                quietMs = steps.isEmpty() ? quietMs + LOOK_MS : 0;
                if (quietMs >= RestServer.keepAliveInterval().toMillis()) {
                    quietMs = 0;
                    if (!sink.keepAlive()) {
                        return;
                    }
                }
                watch.await(LOOK_MS);
            }
        }
    }

    private static int lastSeen(Exchange exchange) {
        String id = exchange.header("Last-Event-ID");
        if (id == null) {
            return 0;
        }
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException notANumber) {
            throw new InvalidValueException("Last-Event-ID", id, "expected the number of a step");
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

    /** A step as the stream tells it. */
    record StepView(
            int step,
            CommandState state,
            Instant at,
            @Nullable String code,
            @Nullable Map<String, Object> result,
            boolean late) {}

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

    private static StepView view(AuditEntry step) {
        String result = step.result();
        return new StepView(
                step.step(),
                CommandState.valueOf(step.state()),
                step.at(),
                step.code(),
                result == null ? null : Json.map(result),
                step.late());
    }
}
