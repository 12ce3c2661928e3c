package dev.driveline.command;

import dev.driveline.command.postgres.DeliveryTable;
import dev.driveline.command.webhook.Webhook;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Webhooks over REST. */
final class WebhookRoutes {

    private static final String ALL = "/api/v1/webhooks";
    private static final String ONE = ALL + "/{id}";
    private static final String ROTATE = ONE + ":rotate-secret";
    private static final String DELIVERIES = ONE + "/deliveries";

    private final WebhookDesk desk;
    private final WebhookPump pump;

    WebhookRoutes(WebhookDesk desk, WebhookPump pump) {
        this.desk = desk;
        this.pump = pump;
    }

    List<Route> all() {
        return List.of(
                Route.get(ALL, Scope.COMMANDS_READ, this::list),
                Route.post(ALL, Scope.CONFIGURATION_WRITE, this::add),
                Route.get(ONE, Scope.COMMANDS_READ, this::one),
                Route.put(ONE, Scope.CONFIGURATION_WRITE, this::change),
                Route.delete(ONE, Scope.CONFIGURATION_WRITE, this::remove),
                Route.post(ROTATE, Scope.CONFIGURATION_WRITE, this::rotate),
                Route.post(ONE + ":test", Scope.CONFIGURATION_WRITE, this::test),
                Route.get(DELIVERIES, Scope.COMMANDS_READ, this::deliveries),
                Route.post(DELIVERIES + ":replay", Scope.CONFIGURATION_WRITE, this::replayDead),
                Route.post(
                        DELIVERIES + "/{number}:replay", Scope.CONFIGURATION_WRITE, this::replay));
    }

    /** Whether the answer of a route shows a secret. */
    static boolean showsSecret(Route route) {
        return route.method().equals("POST")
                && (route.path().equals(ALL) || route.path().equals(ROTATE));
    }

    /**
     * A webhook as callers see it.
     *
     * @param stopped why it is not active, where nobody switched it off
     */
    record View(
            UUID id,
            URI url,
            List<String> events,
            String description,
            boolean active,
            @Nullable String stopped,
            String createdBy,
            Instant createdAt,
            Instant changedAt) {}

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", 100, 1, 1_000);
        String cursor = exchange.query("cursor");
        List<Webhook> page =
                desk.page(
                        exchange.caller(),
                        cursor == null ? null : UuidText.parse("cursor", cursor),
                        limit);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", page.stream().map(WebhookRoutes::view).toList());
        if (page.size() == limit) {
            body.put("next", page.getLast().id());
        }
        return Answer.ok(body);
    }

    private Answer add(Exchange exchange) {
        WebhookDesk.Opened opened =
                desk.add(exchange.body(WebhookDesk.Wish.class), exchange.caller());
        return withSecret(201, opened).with("Location", ALL + "/" + opened.webhook().id());
    }

    private Answer one(Exchange exchange) {
        WebhookDesk.Known known = desk.find(idOf(exchange), exchange.caller());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("webhook", view(known.webhook()));
        body.put("pending", known.counts().pending());
        body.put("dead", known.counts().dead());
        return tagged(Answer.ok(body), known.webhook());
    }

    private Answer change(Exchange exchange) {
        UUID id = idOf(exchange);
        Webhook changed =
                desk.change(
                        id,
                        exchange.body(WebhookDesk.Wish.class),
                        exchange.caller(),
                        TypeRoutes.expected(exchange));
        pump.wake();
        return tagged(Answer.ok(Map.of("webhook", view(changed))), changed);
    }

    private Answer remove(Exchange exchange) {
        desk.remove(idOf(exchange), exchange.caller(), TypeRoutes.expected(exchange));
        return Answer.noContent();
    }

    private Answer rotate(Exchange exchange) {
        return withSecret(200, desk.rotate(idOf(exchange), exchange.caller()));
    }

    private Answer test(Exchange exchange) {
        UUID id = idOf(exchange);
        String event = desk.test(id, exchange.caller());
        pump.wake();
        return Answer.accepted(ALL + "/" + id + "/deliveries", Map.of("event", event));
    }

    private Answer deliveries(Exchange exchange) {
        int limit = exchange.queryInteger("limit", 100, 1, 1_000);
        List<DeliveryTable.Row> page =
                desk.deliveries(
                        idOf(exchange),
                        exchange.caller(),
                        stateIn(exchange),
                        exchange.query("cursor") == null
                                ? null
                                : number("cursor", String.valueOf(exchange.query("cursor"))),
                        limit);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", page);
        if (page.size() == limit) {
            body.put("next", page.getLast().number());
        }
        return Answer.ok(body);
    }

    private Answer replay(Exchange exchange) {
        desk.replay(idOf(exchange), number("delivery", exchange.path("number")), exchange.caller());
        pump.wake();
        return Answer.json(202, Map.of("replayed", 1));
    }

    private Answer replayDead(Exchange exchange) {
        int replayed =
                desk.replayDead(
                        idOf(exchange),
                        exchange.caller(),
                        exchange.queryInstant("from"),
                        exchange.queryInstant("to"));
        pump.wake();
        return Answer.json(202, Map.of("replayed", replayed));
    }

    private static DeliveryTable.@Nullable State stateIn(Exchange exchange) {
        String text = exchange.query("state");
        if (text == null) {
            return null;
        }
        return Arrays.stream(DeliveryTable.State.values())
                .filter(state -> state.name().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidValueException(
                                "state",
                                text,
                                "expected one of "
                                        + Arrays.toString(DeliveryTable.State.values())));
    }

    private static Answer.Whole withSecret(int status, WebhookDesk.Opened opened) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("webhook", view(opened.webhook()));
        body.put("secret", opened.secret().text());
        return tagged(Answer.json(status, body), opened.webhook());
    }

    private static Answer.Whole tagged(Answer.Whole answer, Webhook webhook) {
        return answer.with("ETag", "\"" + webhook.version() + "\"");
    }

    private static View view(Webhook webhook) {
        return new View(
                webhook.id(),
                webhook.url(),
                webhook.events(),
                webhook.description(),
                webhook.active(),
                webhook.stopped(),
                webhook.createdBy(),
                webhook.createdAt(),
                webhook.changedAt());
    }

    private static UUID idOf(Exchange exchange) {
        return UuidText.parse("webhook", exchange.path("id"));
    }

    private static long number(String what, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notDecimal) {
            throw new InvalidValueException(what, text, "expected a decimal number");
        }
    }
}
