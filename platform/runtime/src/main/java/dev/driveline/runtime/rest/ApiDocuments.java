package dev.driveline.runtime.rest;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves what the services of this process say of their routes: one document a service, all in one,
 * and a page to read. Thread-safe.
 */
public final class ApiDocuments {

    private final Map<String, ApiDocument> documents = new LinkedHashMap<>();

    /** Adds a service's document; {@code service} is its name in the path. */
    public synchronized void add(String service, ApiDocument document) {
        documents.put(service, document);
    }

    /** All in one. */
    public synchronized ApiDocument merged() {
        return ApiDocument.merged(List.copyOf(documents.values()));
    }

    /** For everybody, without a token. */
    public List<Route> routes() {
        return List.of(
                Route.get("/api/v1/openapi.json", null, _ -> Answer.ok(merged().json())),
                Route.get("/api/v1/openapi/{part}", null, this::part),
                Route.get("/api/v1/docs", null, _ -> page()));
    }

    private synchronized Answer part(Exchange exchange) {
        String name = exchange.path("part");
        ApiDocument document =
                name.endsWith(".json")
                        ? documents.get(name.substring(0, name.length() - ".json".length()))
                        : null;
        if (document == null) {
            throw new ProblemException(
                    dev.driveline.contract.error.ErrorCode.ROUTE_UNKNOWN,
                    "no part '" + name + "', there are " + documents.keySet());
        }
        return Answer.ok(document.json());
    }

    private Answer page() {
        return Answer.bytes(
                        200,
                        "text/html; charset=utf-8",
                        ApiPage.of(merged()).getBytes(StandardCharsets.UTF_8))
                .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    }
}
