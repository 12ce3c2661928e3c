package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.runtime.auth.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents say of the routes, and whom the routes let see what. */
final class RegistryApiIT {

    private static final List<String> RESOURCES =
            List.of(
                    "/api/v1/vehicles",
                    "/api/v1/fleets",
                    "/api/v1/tboxes",
                    "/api/v1/models",
                    "/api/v1/catalogues",
                    "/api/v1/access-rules",
                    "/api/v1/audit/registry");

    @TempDir static Path folder;

    private static RegistryRig rig;

    @BeforeAll
    static void start() throws IOException {
        rig = new RegistryRig(folder);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void everyRouteIsDescribedWithItsScope() {
        Set<String> routes =
                rig.process().rest().routes().stream()
                        .filter(route -> isOurs(route.path()))
                        .map(route ->
                                "%s %s %s"
                                        .formatted(
                                                route.method(), route.path(), text(route.scope())))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described =
                rig.process().rest().documents().merged().operations().stream()
                        .filter(operation -> isOurs(operation.path()))
                        .map(operation ->
                                "%s %s %s"
                                        .formatted(
                                                operation.method(),
                                                operation.path(),
                                                operation.scope()))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(routes, described);
        assertTrue(routes.size() > 30, routes.toString());
    }

    @Test
    void anothersThingsAreAsUnknownAsNone() {
        String vin = "WDRV0TENANT000001";
        String models = "{\"id\":\"m\",\"name\":\"M\"}";
        assertEquals(201, rig.post("/api/v1/models", models).status());
        String vehicle = "{\"vin\":\"%s\",\"model\":\"m\",\"tboxSerial\":\"TB-t\"}".formatted(vin);
        assertEquals(201, rig.post("/api/v1/vehicles", vehicle).status());
        String fleet = "{\"id\":\"f\",\"name\":\"F\"}";
        assertEquals(201, rig.post("/api/v1/fleets", fleet).status());
        String catalogue = "a@" + "0".repeat(32);
        for (var route : rig.process().rest().routes()) {
            if (!isOurs(route.path()) || !route.path().contains("{")) {
                continue;
            }
            String path =
                    route.path()
                            .replace("{vin}", vin)
                            .replace("{serial}", "TB-t")
                            .replace("{ref}", catalogue)
                            .replace("{hash}", "0")
                            .replace("{id}", route.path().contains("models") ? "m" : "f");
            String body =
                    route.path().endsWith("/catalogue")
                            ? "{\"catalogue\":\"" + catalogue + "\"}"
                            : "{\"serial\":\"TB-t\",\"state\":\"ACTIVE\",\"name\":\"X\",\"entries\":[{\"signal\":\"a\",\"path\":\"Vehicle.A\"}]}";
            RegistryRig.Reply reply =
                    rig.call("other", route.method(), path + "?with=" + catalogue, body);
            assertEquals(404, reply.status(), route.method() + " " + path + reply.json());
        }
        for (String list : List.of("vehicles", "fleets", "models", "catalogues")) {
            assertEquals(
                    0, rig.call("other", "GET", "/api/v1/" + list, "").json().path("items").size());
        }
        String mine = rig.get("/api/v1/vehicles/" + vin).json().path("state").asText();
        assertEquals("PRODUCED", mine);
    }

    private static boolean isOurs(String path) {
        return RESOURCES.stream().anyMatch(path::startsWith);
    }

    private static String text(Scope scope) {
        return scope == null ? "null" : scope.text();
    }
}
