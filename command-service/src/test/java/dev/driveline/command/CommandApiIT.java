package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.ApiDocument.Operation;
import dev.driveline.testkit.Http;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route as the OpenAPI document has it: that it is there, asks for its scope, and keeps
 * tenants and vehicles apart.
 */
class CommandApiIT {

    private static final Vin VIN = Vin.of("WDRV0TESTAPXC3001");
    private static final String ALL =
            Arrays.stream(Scope.values()).map(Scope::text).collect(Collectors.joining(" "));
    private static final Map<String, String> BODIES =
            Map.of(
                    "POST /api/v1/vehicles/{vin}/commands",
                    "{\"type\":\"doors.lock\"}",
                    "PUT /api/v1/vehicles/{vin}/configuration/{namespace}",
                    "{\"content\":{}}",
                    "POST /api/v1/commands:hold",
                    "{\"reason\":\"anything\",\"fleet\":\"nobody\"}",
                    "POST /api/v1/commands:batch",
                    "{\"type\":\"doors.lock\"}");

    @TempDir static Path folder;
    private static CommandRig rig;
    private static String command;
    private static String hold;
    private static String batch;

    @BeforeAll
    static void start() throws Exception {
        rig = new CommandRig(folder);
        rig.registered(VIN, "acme");
        Http acme = rig.http("acme/anna/" + ALL);
        command =
                CommandRig.ok(
                                202,
                                acme.post(
                                        "/api/v1/vehicles/" + VIN + "/commands",
                                        "{\"type\":\"doors.lock\",\"ttlS\":900}"))
                        .path("id")
                        .asText();
        hold =
                CommandRig.ok(
                                201,
                                acme.post(
                                        "/api/v1/commands:hold",
                                        "{\"reason\":\"isolated\",\"fleet\":\"nobody\"}"))
                        .path("id")
                        .asText();
        batch =
                CommandRig.ok(
                                201,
                                acme.post(
                                        "/api/v1/commands:batch",
                                        "{\"type\":\"doors.lock\",\"reason\":\"isolated\"}"))
                        .path("id")
                        .asText();
        CommandRig.ok(
                201,
                acme.put(
                        "/api/v1/command-types/isolated.type",
                        """
                        {"title":"isolated","domain":"d","defaultTtlS":1,"maxTtlS":1,"resultWithinS":1,
                         "parameters":{"type":"object"}}
                        """));
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void theDocumentAndTheRoutesAreEqual() {
        Set<String> documented =
                operations()
                        .map(of -> of.method() + " " + of.path() + " " + of.scope())
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> routes =
                rig.process().rest().routes().stream()
                        .map(of -> {
                            Scope scope = of.scope();
                            return of.method()
                                    + " "
                                    + of.path()
                                    + " "
                                    + (scope == null ? "null" : scope.text());
                        })
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(String.join("\n", routes), String.join("\n", documented));
    }

    @Test
    void everyWriteTakesAnIdempotencyKey() {
        operations()
                .filter(operation -> !operation.method().equals("GET"))
                .filter(operation -> !Scope.ADMIN.text().equals(operation.scope()))
                .filter(operation -> !operation.node().at("/requestBody/content").has("text/csv"))
                .forEach(operation ->
                        assertTrue(
                                operation
                                        .node()
                                        .path("parameters")
                                        .toString()
                                        .contains("parameters/idempotencyKey"),
                                operation.method() + " " + operation.path()));
    }

    @Test
    void everyReferenceInTheDocumentLeadsSomewhere() {
        var json = rig.process().rest().documents().merged().json();
        for (String to : json.findValuesAsText("$ref")) {
            assertFalse(json.at(to.substring(1)).isMissingNode(), to);
        }
        operations()
                .forEach(operation -> {
                    String where = operation.method() + " " + operation.path();
                    assertFalse(operation.node().path("summary").asText().isEmpty(), where);
                    long inPath = operation.path().chars().filter(c -> c == '{').count();
                    assertTrue(operation.node().path("parameters").size() >= inPath, where);
                });
        assertEquals(200, rig.http("acme/x/y").get("/api/v1/openapi/command.json").status());
    }

    @TestFactory
    Stream<DynamicTest> withoutATokenOrItsScopeARouteDoesNothing() {
        return operations()
                .map(operation ->
                        test(
                                operation,
                                () -> {
                                    Http.Response anybody =
                                            call(
                                                    new Http(
                                                            http("").client(),
                                                            http("").base(),
                                                            null),
                                                    operation);
                                    assertEquals(401, anybody.status(), anybody.body());
                                    Http.Response without =
                                            call(http("acme/x/telemetry:read"), operation);
                                    assertEquals(403, without.status(), without.body());
                                }));
    }

    @TestFactory
    Stream<DynamicTest> anotherTenantsThingsAreNotThere() {
        return operations()
                .filter(operation ->
                        !operation.method().equals("PUT") || operation.path().contains("{vin}"))
                // What the command root signed is the installation's, and no secret.
                .filter(operation -> !operation.path().equals("/api/v1/signed-by-root/{namespace}"))
                .map(operation ->
                        test(
                                operation,
                                () -> {
                                    Http.Response answer = call(http("other/x/" + ALL), operation);
                                    if (operation.path().contains("{")) {
                                        assertEquals(404, answer.status(), answer.body());
                                    } else if (operation.method().equals("GET")) {
                                        assertEquals(200, answer.status(), answer.body());
                                        assertFalse(
                                                answer.body().contains("isolated"), answer.body());
                                        assertFalse(
                                                answer.body().contains(VIN.value()), answer.body());
                                    }
                                }));
    }

    @TestFactory
    Stream<DynamicTest> aTokenForOneVehicleReachesNoOther() {
        Http narrow = http("acme/x/" + ALL + "/WDRV0TESTAPXC3002");
        return operations()
                .filter(operation ->
                        operation.path().contains("{vin}") || operation.path().contains("{id}"))
                .map(operation ->
                        test(
                                operation,
                                () -> {
                                    Http.Response answer = call(narrow, operation);
                                    boolean byId =
                                            operation.path().contains("commands/{id}")
                                                    || operation.path().contains(":batch/{id}");
                                    assertEquals(byId ? 404 : 403, answer.status(), answer.body());
                                }));
    }

    private static DynamicTest test(
            Operation operation, org.junit.jupiter.api.function.Executable body) {
        return DynamicTest.dynamicTest(operation.method() + " " + operation.path(), body);
    }

    private static Stream<Operation> operations() {
        return rig.process().rest().documents().merged().operations().stream();
    }

    private static Http http(String token) {
        return rig.http(token);
    }

    private static Http.Response call(Http by, Operation operation) {
        String path =
                operation
                        .path()
                        .replace("{vin}", VIN.value())
                        .replace("{namespace}", "telemetry.collection")
                        .replace("{name}", "isolated.type")
                        .replace("{number}", "1")
                        .replace("{id}", idFor(operation.path()));
        String body =
                operation.node().has("requestBody")
                        ? BODIES.getOrDefault(operation.method() + " " + operation.path(), "{}")
                        : null;
        boolean lines = operation.node().at("/requestBody/content").has("text/csv");
        return by.send(operation.method(), path, body, lines ? "text/csv" : "application/json");
    }

    private static String idFor(String path) {
        if (path.contains(":hold/")) {
            return hold;
        }
        return path.contains(":batch/") ? batch : command;
    }
}
