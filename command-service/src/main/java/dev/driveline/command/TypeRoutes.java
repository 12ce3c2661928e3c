package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.command.CommandType;
import dev.driveline.command.postgres.TypeTable;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Command types over REST: the shipped ones, and a tenant's own. */
final class TypeRoutes {

    private static final String ALL = "/api/v1/command-types";
    private static final String ONE = ALL + "/{name}";

    private final TypeDesk desk;

    TypeRoutes(TypeDesk desk) {
        this.desk = desk;
    }

    List<Route> all() {
        return List.of(
                Route.get(ALL, Scope.COMMANDS_READ, this::list),
                Route.get(ONE, Scope.COMMANDS_READ, this::one),
                Route.put(ONE, Scope.CONFIGURATION_WRITE, this::put),
                Route.delete(ONE, Scope.CONFIGURATION_WRITE, this::remove));
    }

    /**
     * A type as callers see it.
     *
     * @param shipped whether it came with this version and cannot be changed
     * @param version of a tenant's own; 0 of a shipped one
     */
    record View(
            String type,
            boolean shipped,
            long version,
            JsonNode definition,
            @Nullable String changedBy,
            @Nullable Instant changedAt) {}

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", 100, 1, 1_000);
        String cursor = exchange.query("cursor");
        Stream<View> all =
                Stream.concat(
                        desk.shipped().stream().map(TypeRoutes::view),
                        desk.own(exchange.caller().tenant()).stream().map(TypeRoutes::view));
        List<View> page =
                all.filter(view -> cursor == null || view.type().compareTo(cursor) > 0)
                        .sorted(Comparator.comparing(View::type))
                        .limit(limit)
                        .toList();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", page);
        if (page.size() == limit) {
            body.put("next", page.getLast().type());
        }
        return Answer.ok(body);
    }

    private Answer one(Exchange exchange) {
        String name = exchange.path("name");
        Optional<CommandType> shipped = desk.shipped(name);
        if (shipped.isPresent()) {
            return Answer.ok(view(shipped.get()));
        }
        return answer(
                200,
                desk.own(exchange.caller().tenant(), name)
                        .orElseThrow(() -> TypeDesk.unknown(name)));
    }

    private Answer put(Exchange exchange) {
        String name = exchange.path("name");
        TypeTable.Own written =
                desk.put(
                        name, exchange.body(JsonNode.class), exchange.caller(), expected(exchange));
        return answer(written.version() == 1 ? 201 : 200, written);
    }

    private Answer remove(Exchange exchange) {
        desk.remove(exchange.path("name"), exchange.caller(), expected(exchange));
        return Answer.noContent();
    }

    private static Answer.Whole answer(int status, TypeTable.Own own) {
        return Answer.json(status, view(own)).with("ETag", "\"" + own.version() + "\"");
    }

    static @Nullable Long expected(Exchange exchange) {
        String etag = exchange.header("If-Match");
        if (etag == null) {
            return null;
        }
        try {
            return Long.parseLong(etag.replace("\"", ""));
        } catch (NumberFormatException notOurs) {
            throw new InvalidValueException(
                    "If-Match", etag, "expected the ETag of a former answer, such as \"3\"");
        }
    }

    private static View view(CommandType type) {
        return new View(
                type.type(), true, 0, Json.mapper().<JsonNode>valueToTree(type), null, null);
    }

    private static View view(TypeTable.Own own) {
        JsonNode definition = own.definition();
        if (definition == null) {
            throw TypeDesk.unknown(own.name());
        }
        return new View(
                own.name(), false, own.version(), definition, own.changedBy(), own.changedAt());
    }
}
