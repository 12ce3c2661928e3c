package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.ApiDocument.Operation;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.RouteChecks;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    private static final RouteChecks<Operation> CHECKS =
            new RouteChecks<>(
                    operation -> operation.method() + " " + operation.path(), CommandApiIT::call);

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
        return Stream.concat(
                CHECKS.answer(401, null, operations()),
                CHECKS.answer(403, "acme/x/telemetry:read", operations()));
    }

    @TestFactory
    Stream<DynamicTest> anotherTenantsThingsAreNotThere() {
        Predicate<Operation> ofOne = operation -> operation.path().contains("{");
        return CHECKS.hide(
                List.of("isolated", VIN.value()),
                "other/x/" + ALL,
                ofOne,
                operations()
                        .filter(operation ->
                                operation.method().equals("GET") || ofOne.test(operation))
                        .filter(operation ->
                                !operation.method().equals("PUT")
                                        || operation.path().contains("{vin}"))
                        // What the command root signed is the installation's, and no secret.
                        .filter(operation ->
                                !operation.path().equals("/api/v1/signed-by-root/{namespace}")));
    }

    @TestFactory
    Stream<DynamicTest> aTokenForOneVehicleReachesNoOther() {
        String narrow = "acme/x/" + ALL + "/WDRV0TESTAPXC3002";
        return Stream.concat(
                CHECKS.answer(404, narrow, operations().filter(CommandApiIT::findsItsVehicle)),
                CHECKS.answer(
                        403,
                        narrow,
                        operations()
                                .filter(operation ->
                                        operation.path().contains("{vin}")
                                                || operation.path().contains("{id}"))
                                .filter(operation -> !findsItsVehicle(operation))));
    }

    /** Whose vehicles it is about is known when it was found. */
    private static boolean findsItsVehicle(Operation operation) {
        return operation.path().contains("commands/{id}")
                || operation.path().contains(":batch/{id}");
    }

    private static Stream<Operation> operations() {
        return rig.process().rest().documents().merged().operations().stream();
    }

    private static RouteChecks.Answer call(@Nullable String token, Operation operation) {
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
        Http any = rig.http("");
        Http.Response answer =
                new Http(any.client(), any.base(), token)
                        .send(
                                operation.method(),
                                path,
                                body,
                                lines ? "text/csv" : "application/json");
        return new RouteChecks.Answer(answer.status(), answer.body());
    }

    private static String idFor(String path) {
        if (path.contains(":hold/")) {
            return hold;
        }
        return path.contains(":batch/") ? batch : command;
    }
}
