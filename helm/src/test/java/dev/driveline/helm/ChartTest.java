package dev.driveline.helm;

import static dev.driveline.helm.Chart.at;
import static dev.driveline.helm.Chart.listAt;
import static dev.driveline.helm.Chart.podOf;
import static dev.driveline.helm.Chart.textAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.util.ModelMapper;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart: linted strictly, rendered, held against the types of Kubernetes and our own rules. */
class ChartTest {

    /** Of kinds that are no part of Kubernetes itself, whose types nobody has here. */
    private static final Set<String> CUSTOM = Set.of("HTTPRoute");

    static List<Path> valueSets() {
        return List.of(Chart.MINIMAL, Chart.FULL);
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void isLintedStrictly(Path values, @TempDir Path folder) throws IOException {
        Path copy = folder.resolve("driveline");
        try (Stream<Path> files = Files.walk(Chart.FOLDER)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(Chart.FOLDER.relativize(file).toString()));
            }
        }
        JsonObject all = Chart.file(Chart.FOLDER.resolve("values.yaml"));
        overlay(all, Chart.file(values));
        Files.writeString(copy.resolve("values.yaml"), all.toString());
        LintResult result = new Helm(copy).lint().strict().call();
        assertFalse(result.isFailed(), () -> String.join("\n", result.getMessages()));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyObjectHasTheFieldsOfItsKind(Path values) {
        List<String> problems = new ArrayList<>();
        for (JsonObject document : Chart.rendered(values)) {
            String what = textAt(document, "kind") + " " + textAt(document, "metadata", "name");
            if (!CUSTOM.contains(textAt(document, "kind"))) {
                problemOf(document).ifPresent(problem -> problems.add(what + ": " + problem));
            }
        }
        assertEquals(List.of(), problems);
    }

    @Test
    void theCheckOfFieldsFindsUnknownAndMissingOnes() {
        JsonObject workload = Chart.workloads(Chart.rendered(Chart.MINIMAL)).getFirst();
        JsonObject misspelt = workload.deepCopy();
        at(podOf(misspelt), "containers", "0").getAsJsonObject().addProperty("imagePolicy", "x");
        assertTrue(problemOf(misspelt).isPresent());
        JsonObject nameless = workload.deepCopy();
        at(podOf(nameless), "containers", "0").getAsJsonObject().remove("name");
        assertTrue(problemOf(nameless).isPresent());
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyServiceIsThereOnce(Path values) {
        List<JsonObject> workloads = Chart.workloads(Chart.rendered(values));
        assertEquals(4, workloads.size());
        for (JsonObject workload : workloads) {
            assertEquals(
                    Chart.serviceOf(workload) == Service.GATEWAY ? "StatefulSet" : "Deployment",
                    textAt(workload, "kind"));
        }
        assertEquals(4, workloads.stream().map(Chart::serviceOf).distinct().count());
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void noNameIsTakenTwice(Path values) {
        Set<String> names = new HashSet<>();
        for (JsonObject document : Chart.rendered(values)) {
            String name = textAt(document, "kind") + "/" + textAt(document, "metadata", "name");
            assertTrue(names.add(name), name);
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyContainerIsConfinedLimitedAndProbed(Path values) {
        for (JsonObject workload : Chart.workloads(Chart.rendered(values))) {
            JsonObject pod = podOf(workload);
            assertEquals("false", textAt(pod, "automountServiceAccountToken"));
            assertEquals("true", textAt(pod, "securityContext", "runAsNonRoot"));
            for (JsonObject container : listAt(pod, "containers")) {
                JsonElement context = at(container, "securityContext");
                assertEquals("true", textAt(context, "runAsNonRoot"));
                assertEquals("true", textAt(context, "readOnlyRootFilesystem"));
                assertEquals("false", textAt(context, "allowPrivilegeEscalation"));
                assertEquals("ALL", textAt(context, "capabilities", "drop", "0"));
                assertEquals("RuntimeDefault", textAt(context, "seccompProfile", "type"));
                assertFalse(textAt(container, "resources", "limits", "memory").isEmpty());
                assertFalse(textAt(container, "resources", "limits", "cpu").isEmpty());
                Map<String, String> probes =
                        Map.of(
                                "startupProbe", "/startupz",
                                "livenessProbe", "/livez",
                                "readinessProbe", "/readyz");
                probes.forEach((probe, path) -> {
                    assertEquals(path, textAt(container, probe, "httpGet", "path"));
                    assertEquals("admin", textAt(container, probe, "httpGet", "port"));
                });
                assertTrue(
                        listAt(container, "volumeMounts").stream()
                                .anyMatch(mount -> textAt(mount, "mountPath").equals("/tmp")));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void secretsComeByReferenceOnly(Path values) {
        List<JsonObject> documents = Chart.rendered(values);
        Pattern secret = Pattern.compile("PASSWORD|SECRET|TOKEN");
        for (JsonObject document : documents) {
            assertNotEquals("Secret", textAt(document, "kind"));
            if (textAt(document, "kind").equals("ConfigMap")) {
                at(document, "data").getAsJsonObject().keySet().stream()
                        .filter(name -> !name.endsWith("TOKEN_VALIDITY"))
                        .forEach(name -> assertFalse(secret.matcher(name).find(), name));
            }
        }
        for (JsonObject workload : Chart.workloads(documents)) {
            for (JsonObject variable : listAt(podOf(workload), "containers", "0", "env")) {
                if (secret.matcher(textAt(variable, "name")).find()) {
                    assertFalse(variable.has("value"), variable::toString);
                    assertFalse(at(variable, "valueFrom", "secretKeyRef").isJsonNull());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyFileThatASettingNamesIsMounted(Path values) {
        List<JsonObject> documents = Chart.rendered(values);
        for (JsonObject workload : Chart.workloads(documents)) {
            Set<String> mounts = new HashSet<>();
            for (JsonObject mount : listAt(podOf(workload), "containers", "0", "volumeMounts")) {
                mounts.add(textAt(mount, "mountPath"));
            }
            Chart.environmentOf(workload, documents).values().stream()
                    .filter(value -> value.startsWith("/"))
                    .forEach(value ->
                            assertTrue(
                                    mounts.contains(value.substring(0, value.lastIndexOf('/'))),
                                    value + " is in none of " + mounts));
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyServiceTakesItsVariables(Path values) {
        List<JsonObject> documents = Chart.rendered(values);
        for (JsonObject workload : Chart.workloads(documents)) {
            Service service = Chart.serviceOf(workload);
            Map<String, String> environment = Chart.environmentOf(workload, documents);
            assertEquals(List.of(), service.problems(environment), service.component());
        }
    }

    @Test
    void aLargeNumberIsWrittenInFull() {
        List<JsonObject> documents = Chart.rendered(Chart.FULL);
        for (JsonObject workload : Chart.workloads(documents)) {
            if (Chart.serviceOf(workload) == Service.GATEWAY) {
                Map<String, String> environment = Chart.environmentOf(workload, documents);
                assertEquals("2000000", environment.get("DRIVELINE_GATEWAY_MAX_SESSIONS"));
                assertEquals("INFO", environment.get("DRIVELINE_LOG_LEVEL"));
            }
        }
    }

    @Test
    void theSlotIsThePodsOrdinal() {
        JsonObject gateway =
                Chart.workloads(Chart.rendered(Chart.MINIMAL)).stream()
                        .filter(workload -> Chart.serviceOf(workload) == Service.GATEWAY)
                        .findAny()
                        .orElseThrow();
        JsonObject slot =
                listAt(podOf(gateway), "containers", "0", "env").stream()
                        .filter(variable ->
                                textAt(variable, "name").equals("DRIVELINE_GATEWAY_SLOT"))
                        .findAny()
                        .orElseThrow();
        assertEquals(
                "metadata.labels['apps.kubernetes.io/pod-index']",
                textAt(slot, "valueFrom", "fieldRef", "fieldPath"));
    }

    @Test
    void moreGatewaysThanSlotsAreRefused() {
        Exception refused =
                assertThrows(
                        RuntimeException.class,
                        () ->
                                Chart.rendered(
                                        Chart.MINIMAL,
                                        template -> template.set("gateway.replicas", 65)));
        assertTrue(String.valueOf(refused.getMessage()).contains("slot"), refused.getMessage());
    }

    @Test
    void theDefaultsAloneAreRefused() {
        Exception refused =
                assertThrows(
                        RuntimeException.class, () -> new Helm(Chart.FOLDER).template().call());
        for (String key :
                List.of("kafka.bootstrap", "auth.issuer", "auth.jwks-uri", "postgres.url")) {
            assertTrue(String.valueOf(refused.getMessage()).contains(key), refused.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.replicas, 0",
        "gateway.service.type, ClusterIP",
        "gateway.sessions, 5",
        "gateway.settings.gateway\\.buffer-mb, 0",
        "settings.kafka\\.bootstrap, kafka",
        "settings.kafka\\.botstrap, kafka:9092",
        "settings.log\\.level, LOUD",
        "registry.settings.registry\\.check-digit\\.china, maybe",
        "registry.settings.registry\\.token-validity, soon",
        "telemetry.state.type, hostPath",
        "secrets.postgres.password, hunter2",
        "secrets.gatewayTls.name, Not_A_Name",
        "rest.ingressNginx.enabled, true",
        "rest.gatewayApi.enabled, true",
        "command.resources.limits.memory, lots",
        "unknown, 1"
    })
    void theSchemaRefuses(String key, String value) {
        Exception refused =
                assertThrows(
                        RuntimeException.class,
                        () -> Chart.rendered(Chart.MINIMAL, template -> template.set(key, value)));
        assertTrue(String.valueOf(refused.getMessage()).contains("schema"), refused.getMessage());
    }

    @Test
    void everyRouteOfTheCodeIsSentToItsService() throws IOException {
        List<JsonObject> documents = Chart.rendered(Chart.FULL);
        List<String> wrong = new ArrayList<>();
        for (Service service : Service.values()) {
            if (service == Service.GATEWAY) {
                // Its routes are on the admin port.
                continue;
            }
            for (String route : routesOf(service)) {
                String path = route.replaceAll("\\{[^/}]+\\}", "x");
                String expected = "fleet-" + service.component();
                for (String kind : List.of("HTTPRoute", "Ingress")) {
                    if (!backendOf(documents, kind, path).equals(expected)) {
                        wrong.add(kind + " " + route + " -> " + backendOf(documents, kind, path));
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void theGatewaysAdminRoutesAreNotForTheOutside() throws IOException {
        List<JsonObject> documents = Chart.rendered(Chart.FULL);
        for (String route : routesOf(Service.GATEWAY)) {
            String path = route.replaceAll("\\{[^/}]+\\}", "x");
            for (String kind : List.of("HTTPRoute", "Ingress")) {
                assertNotEquals("fleet-tbox-gateway", backendOf(documents, kind, path), route);
            }
        }
    }

    private static String backendOf(List<JsonObject> documents, String kind, String path) {
        JsonObject found =
                documents.stream()
                        .filter(document -> textAt(document, "kind").equals(kind))
                        .findAny()
                        .orElseThrow();
        if (kind.equals("HTTPRoute")) {
            for (JsonObject rule : listAt(found, "spec", "rules")) {
                if (path.matches(textAt(rule, "matches", "0", "path", "value"))) {
                    return textAt(rule, "backendRefs", "0", "name");
                }
            }
        } else {
            for (JsonObject rule : listAt(found, "spec", "rules", "0", "http", "paths")) {
                if (Pattern.compile("^" + textAt(rule, "path")).matcher(path).find()) {
                    return textAt(rule, "backend", "service", "name");
                }
            }
        }
        return "nobody";
    }

    /** Every path that the service's source writes, constants of the same file put together. */
    private static Set<String> routesOf(Service service) throws IOException {
        Set<String> routes = new TreeSet<>();
        Path sources = Chart.ROOT.resolve(service.component()).resolve("src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String text = Files.readString(file);
                Matcher constant =
                        Pattern.compile("String (\\w+) =\\s*(?:(\\w+) \\+ )?\"(/[^\"]*)\";")
                                .matcher(text);
                Map<String, String> constants = new HashMap<>();
                while (constant.find()) {
                    String head = constant.group(2) == null ? "" : constants.get(constant.group(2));
                    constants.put(constant.group(1), head + constant.group(3));
                }
                constants.values().stream()
                        .filter(path -> path.startsWith("/api/"))
                        .forEach(routes::add);
                Matcher joined = Pattern.compile("(\\w+) \\+ \"([/:][^\"]+)\"").matcher(text);
                while (joined.find()) {
                    if (constants.getOrDefault(joined.group(1), "").startsWith("/api/")) {
                        routes.add(constants.get(joined.group(1)) + joined.group(2));
                    }
                }
                Matcher literal = Pattern.compile("\"(/api/v1/[^\"]+[^\"/])\"").matcher(text);
                while (literal.find()) {
                    routes.add(literal.group(1));
                }
            }
        }
        assertTrue(routes.size() >= 4, routes::toString);
        return routes;
    }

    private static Optional<String> problemOf(JsonObject document) {
        String version = textAt(document, "apiVersion");
        String kind = textAt(document, "kind");
        int slash = version.indexOf('/');
        Class<?> type =
                ModelMapper.preBuiltGetApiTypeClass(
                        slash < 0 ? "" : version.substring(0, slash),
                        version.substring(slash + 1),
                        kind);
        if (type == null) {
            return Optional.of("no such kind in " + version);
        }
        try {
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, document);
            // The types of the values, as far as reading them shows it.
            var _ = JSON.getGson().fromJson(document, type);
            return Optional.empty();
        } catch (InvocationTargetException found) {
            return Optional.of(String.valueOf(found.getCause().getMessage()));
        } catch (ReflectiveOperationException | RuntimeException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    private static void overlay(JsonObject onto, JsonObject values) {
        values.asMap()
                .forEach((key, value) -> {
                    if (value instanceof JsonObject more
                            && onto.get(key) instanceof JsonObject there) {
                        overlay(there, more);
                    } else {
                        onto.add(key, value);
                    }
                });
    }
}
