package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.config.Namespaces;
import dev.driveline.command.postgres.ConfigurationTable;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Configuration over REST: desired and reported, by vehicle and namespace. */
final class ConfigurationRoutes {

    private static final String ALL = "/api/v1/vehicles/{vin}/configuration";
    private static final String ONE = ALL + "/{namespace}";

    private final ConfigurationDesk desk;
    private final Namespaces namespaces;

    ConfigurationRoutes(ConfigurationDesk desk, Namespaces namespaces) {
        this.desk = desk;
        this.namespaces = namespaces;
    }

    List<Route> all() {
        return List.of(
                Route.get(
                        "/api/v1/config-namespaces",
                        Scope.COMMANDS_READ,
                        exchange -> Answer.ok(Map.of("items", namespaces.all()))),
                Route.get(
                        ALL,
                        Scope.COMMANDS_READ,
                        exchange ->
                                Answer.ok(
                                        Map.of(
                                                "items",
                                                desk.all(exchange.vin(), exchange.caller()).stream()
                                                        .map(ConfigurationRoutes::view)
                                                        .toList()))),
                Route.get(
                        ONE,
                        Scope.COMMANDS_READ,
                        exchange ->
                                answer(
                                        desk.one(
                                                exchange.vin(),
                                                exchange.path("namespace"),
                                                exchange.caller()))),
                Route.put(ONE, Scope.CONFIGURATION_WRITE, this::put));
    }

    /** What a caller writes. */
    record Body(@Nullable JsonNode content, @Nullable String reason) {}

    private Answer put(Exchange exchange) {
        Body body = exchange.body(Body.class);
        JsonNode content = body.content();
        if (content == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "body: content is required");
        }
        return answer(
                desk.put(
                        exchange.vin(),
                        exchange.path("namespace"),
                        content,
                        exchange.caller(),
                        body.reason(),
                        TypeRoutes.expected(exchange)));
    }

    private static Answer.Whole answer(ConfigurationTable.Version version) {
        return Answer.ok(view(version)).with("ETag", "\"" + version.version() + "\"");
    }

    /**
     * A document as callers see it.
     *
     * @param inSync whether the vehicle says that it has applied this version
     */
    record View(
            String namespace,
            long version,
            JsonNode content,
            String hash,
            String changedBy,
            @Nullable String reason,
            Instant changedAt,
            ConfigurationTable.@Nullable Reported reported,
            boolean inSync) {}

    private static View view(ConfigurationTable.Version version) {
        ConfigurationTable.Reported reported = version.reported();
        return new View(
                version.namespace(),
                version.version(),
                Json.read(version.content(), JsonNode.class),
                version.hash(),
                version.actor(),
                version.reason(),
                version.createdAt(),
                reported,
                reported != null && reported.state() == ConfigMessage.State.APPLIED);
    }
}
