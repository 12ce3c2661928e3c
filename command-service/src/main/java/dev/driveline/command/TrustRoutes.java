package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.command.trust.SignedByRoot.Kind;
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

/** REST of what the command root signed. */
final class TrustRoutes {

    private static final String ONE = "/api/v1/signed-by-root/{namespace}";

    private final TrustDesk desk;

    TrustRoutes(TrustDesk desk) {
        this.desk = desk;
    }

    List<Route> all() {
        return List.of(
                Route.get(ONE, Scope.COMMANDS_READ, this::get),
                Route.put(ONE, Scope.ADMIN, this::put),
                Route.get(
                        "/api/v1/vehicles/{vin}/signed-by-root",
                        Scope.COMMANDS_READ,
                        exchange ->
                                Answer.ok(
                                        Map.of(
                                                "items",
                                                desk.said(
                                                        exchange.vin(),
                                                        exchange.caller().tenant())))));
    }

    /** What an operator publishes. */
    record Body(@Nullable String document) {}

    /**
     * A document as callers see it.
     *
     * @param document the compact JWS
     */
    record View(
            String namespace,
            long version,
            Instant notAfter,
            String hash,
            JsonNode content,
            String document) {}

    private Answer get(Exchange exchange) {
        Kind kind = Kind.of(exchange.path("namespace"));
        return Answer.ok(
                view(
                        desk.newest(kind)
                                .orElseThrow(() ->
                                        new ProblemException(
                                                ErrorCode.NAMESPACE_UNKNOWN,
                                                "no version of "
                                                        + kind.namespace()
                                                        + " is published"))));
    }

    private Answer put(Exchange exchange) {
        Kind kind = Kind.of(exchange.path("namespace"));
        String document = exchange.body(Body.class).document();
        if (document == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "body: document is required");
        }
        return Answer.ok(view(desk.publish(kind, document, exchange.caller().subject())));
    }

    private static View view(SignedByRoot document) {
        return new View(
                document.namespace(),
                document.version(),
                document.notAfter(),
                document.hash(),
                Json.read(document.content(), JsonNode.class),
                document.signed());
    }
}
