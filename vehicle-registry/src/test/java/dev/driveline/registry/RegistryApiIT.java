package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.ApiDocument.Operation;
import dev.driveline.runtime.rest.Route;
import dev.driveline.testkit.RouteChecks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every route as the OpenAPI document has it: that it is there, asks for its scope, and keeps
 * tenants and vehicles apart.
 */
final class RegistryApiIT {

    private static final Vin VIN = Vin.of("WDRV0TESTAPN00001");
    private static final String ENROLLED = "WDRV0TESTAPN00003";
    private static final Vin OTHERS = Vin.of("WDRV0TESTAPN00002");
    private static final String DBC =
            "VERSION \\\"\\\"\\n\\nBU_: E\\n\\nBO_ 1 M: 8 E\\n SG_ S : 0|8@1+ (1,0) [0|0] \\\"\\\" E\\n";
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-zA-Z]+)}");

    private static final RouteChecks<Operation> CHECKS =
            new RouteChecks<>(RegistryApiIT::nameOf, RegistryApiIT::call);

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    /** What tenant demo has, by path template: what its parameters are called. */
    private static final Map<String, String> NAMES = new java.util.HashMap<>();

    /** What a list cannot do without. */
    private static final Map<String, String> QUERIES = new java.util.HashMap<>();

    /** What makes a request pass for a good one, by method and path template. */
    private static final Map<String, String> BODIES = new java.util.HashMap<>();

    @BeforeAll
    static void start() throws Exception {
        made("/api/v1/models", "{\"id\":\"isolated\",\"name\":\"isolated\"}");
        made(
                "/api/v1/vehicles",
                "{\"vin\":\"%s\",\"model\":\"isolated\",\"tboxSerial\":\"TB-ISOLATED\"}"
                        .formatted(VIN));
        Reply rule =
                made(
                        "/api/v1/access-rules",
                        """
                        {"scope":"VIN","subject":"%s","action":"PUBLISH","effect":"DENY",
                         "filter":"v1/${vin}/up/files","reason":"isolated"}
                        """
                                .formatted(VIN));
        Reply grant = made("/api/v1/vehicles/" + VIN + "/grants", grant());
        String certificate =
                EstClient.idOf(EstClient.registered(rig, ENROLLED).enrolled().certificate());
        NAMES.put("/api/v1/certificates/{id}", certificate);
        NAMES.put(
                "/api/v1/authorities/{id}",
                rig.get("/api/v1/authorities").json().at("/items/0/id").asText());
        for (String path :
                List.of(
                        "/api/v1/certificates/{id}:revoke",
                        "/api/v1/authorities/{id}:revoke",
                        "/api/v1/authorities/{id}/certificates/{serial}:revoke",
                        "/api/v1/vehicles/{vin}/certificates:revoke")) {
            BODIES.put("POST " + path, "{\"reason\":\"keyCompromise\"}");
        }
        made("/api/v1/fleets", "{\"id\":\"isolated\",\"name\":\"isolated\"}");
        Reply catalogue =
                made(
                        "/api/v1/catalogues",
                        "{\"id\":\"isolated\",\"buses\":[{\"bus\":\"b\",\"dbc\":\"%s\"}]}"
                                .formatted(DBC));
        String ref = catalogue.json().path("ref").asText();
        NAMES.put("/api/v1/fleets/{id}", "isolated");
        NAMES.put("/api/v1/tboxes/{serial}", "TB-ISOLATED");
        NAMES.put("/api/v1/catalogues/{ref}", ref);
        String inForce = "{\"catalogue\":\"" + ref + "\"}";
        BODIES.put("PUT /api/v1/models/{id}/catalogue", inForce);
        QUERIES.put("DELETE /api/v1/models/{id}/catalogue", "?from=2030-01-01T00:00:00Z");
        BODIES.put("POST /api/v1/vehicles/{vin}:swap-tbox", "{\"serial\":\"TB-OTHER\"}");
        BODIES.put(
                "POST /api/v1/catalogues/{ref}/mappings",
                "{\"entries\":[{\"signal\":\"b.M.S\",\"path\":\"Vehicle.Speed\"}]}");
        QUERIES.put("GET /api/v1/catalogues/{ref}:diff", "?with=" + ref);
        QUERIES.put("GET /api/v1/certificates", "?vin=" + VIN);
        NAMES.put("/api/v1/models/{id}", "isolated");
        NAMES.put("/api/v1/access-rules/{id}", rule.json().path("id").asText());
        NAMES.put("/api/v1/vehicles/{vin}/grants/{id}", grant.json().path("id").asText());
        BODIES.put("POST /api/v1/vehicles/{vin}/grants", grant());
        BODIES.put("POST /api/v1/vehicles/{vin}:change-owner", "{\"reason\":\"isolated\"}");
        BODIES.put(
                "PUT /api/v1/vehicles/{vin}/limits",
                "{\"messagesPerS\":1,\"bytesPerS\":1,\"reason\":\"isolated\"}");
        BODIES.put(
                "POST /api/v1/access-rules:evaluate",
                "{\"vin\":\"%s\",\"action\":\"PUBLISH\",\"topic\":\"t\"}".formatted(VIN));
    }

    private static String grant() {
        return """
        {"subject":"p","scopes":["telemetry:read"],"purpose":"isolated","until":"%s"}
        """
                .formatted(Instant.now().plusSeconds(3_600));
    }

    private static Reply made(String path, String body) {
        Reply reply = rig.post(path, body);
        assertEquals(201, reply.status(), path + " " + reply.json());
        return reply;
    }

    @Test
    void theDocumentAndTheRoutesAreEqual() {
        Set<String> documented =
                operations().stream()
                        .map(of -> of.method() + " " + of.path() + " " + of.scope())
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> routes =
                rig.process().rest().routes().stream()
                        .map(of -> of.method() + " " + of.path() + " " + text(of))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(String.join("\n", routes), String.join("\n", documented));
    }

    private static String text(Route route) {
        Scope scope = route.scope();
        return scope == null ? "null" : scope.text();
    }

    @Test
    void theDocumentIsServedAsJsonAndAsAPage() {
        Reply json = rig.call("", "GET", "/api/v1/openapi/registry.json", "");
        assertEquals(200, json.status());
        assertEquals("3.1.0", json.json().path("openapi").asText());
        assertEquals(404, rig.call("", "GET", "/api/v1/openapi/nothing.json", "").status());
        String page = rig.text("/api/v1/docs");
        for (Operation operation : operations()) {
            assertTrue(page.contains(operation.path()), operation.path());
        }
    }

    @Test
    void everyReferenceInTheDocumentLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        var json = rig.process().rest().documents().merged().json();
        json.findValuesAsText("$ref").stream()
                .filter(to -> json.at(to.substring(1)).isMissingNode())
                .forEach(broken::add);
        assertEquals(List.of(), broken);
        for (Operation operation : operations()) {
            String where = operation.method() + " " + operation.path();
            assertFalse(operation.node().path("summary").asText().isEmpty(), where);
            assertFalse(operation.node().path("tags").isEmpty(), where);
            Matcher parameter = PARAMETER.matcher(operation.path());
            long inPath = parameter.results().count();
            assertTrue(operation.node().path("parameters").size() >= inPath, where);
        }
    }

    @TestFactory
    Stream<DynamicTest> withoutATokenOrItsScopeARouteDoesNothing() {
        Predicate<Operation> rollouts = operation -> operation.scope().equals("rollouts:write");
        return Stream.of(
                        CHECKS.answer(401, null, guarded()),
                        CHECKS.answer(403, "demo/audit:read", guarded().filter(rollouts)),
                        CHECKS.answer(
                                403, "demo/rollouts:write", guarded().filter(rollouts.negate())))
                .flatMap(each -> each);
    }

    @TestFactory
    Stream<DynamicTest> anotherTenantsThingsAreNotThere() {
        return CHECKS.hide(
                List.of(VIN.value(), "solated", "ISOLATED"),
                "other",
                RegistryApiIT::names,
                guarded()
                        .filter(operation -> !operation.scope().equals("admin"))
                        .filter(operation -> names(operation) || operation.method().equals("GET")));
    }

    @TestFactory
    Stream<DynamicTest> aTokenForOneVehicleReachesNoOther() {
        return CHECKS.refuse(
                403,
                "OUTSIDE_CLAIM",
                "demo//" + OTHERS,
                guarded()
                        .filter(operation -> operation.path().contains("{vin}"))
                        .filter(operation -> !operation.scope().equals("admin")));
    }

    private static RouteChecks.Answer call(@Nullable String token, Operation operation) {
        Reply reply =
                rig.call(
                        token,
                        operation.method(),
                        filled(operation),
                        bodyOf(operation),
                        headersOf(operation));
        return new RouteChecks.Answer(reply.status(), reply.json().toString());
    }

    /** Whether it is about one thing, by its path or by its body. */
    private static boolean names(Operation operation) {
        return operation.path().contains("{")
                || operation.path().equals("/api/v1/access-rules:evaluate");
    }

    private static List<Operation> operations() {
        return rig.process().rest().documents().merged().operations();
    }

    private static Stream<Operation> guarded() {
        return operations().stream().filter(operation -> operation.scope() != null);
    }

    private static String nameOf(Operation operation) {
        return operation.method() + " " + operation.path();
    }

    /** The path with what demo has. */
    private static String filled(Operation operation) {
        String path = operation.path().replace("{vin}", VIN.value());
        if (!path.contains("{")) {
            return path + QUERIES.getOrDefault(nameOf(operation), "");
        }
        String longest =
                NAMES.keySet().stream()
                        .filter(template -> operation.path().startsWith(template))
                        .max(java.util.Comparator.comparingInt(String::length))
                        .orElse(null);
        assertNotNull(longest, "the test names nothing for " + operation.path());
        return path.replace("{hash}", "0".repeat(32))
                        .replaceAll(
                                PARAMETER.pattern(), Matcher.quoteReplacement(NAMES.get(longest)))
                + QUERIES.getOrDefault(nameOf(operation), "");
    }

    private static String bodyOf(Operation operation) {
        return BODIES.getOrDefault(
                nameOf(operation), operation.node().has("requestBody") ? "{}" : "");
    }

    private static String[] headersOf(Operation operation) {
        return operation.node().path("requestBody").path("content").has("text/csv")
                ? new String[] {"Content-Type", "text/csv"}
                : new String[0];
    }
}
