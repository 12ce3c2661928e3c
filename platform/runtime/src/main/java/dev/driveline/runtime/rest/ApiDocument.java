package dev.driveline.runtime.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAPI 3.1 document, put together from YAML files on the class path, so that every resource
 * describes itself in a file of its own. Immutable to the outside.
 */
public final class ApiDocument {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String COMMON = "openapi/common.yaml";
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private final ObjectNode root;

    private ApiDocument(ObjectNode root) {
        this.root = root;
    }

    /** One method on one path. {@code scope} is what the token must have; null for none. */
    public record Operation(String method, String path, @Nullable String scope, JsonNode node) {}

    /**
     * Reads files such as {@code openapi/registry/vehicles.yaml} and adds what all have in common:
     * errors, the token, pages.
     *
     * @throws IllegalStateException naming the file that is missing, is no YAML, or says again what
     *     another has said
     */
    public static ApiDocument of(List<String> resources) {
        ObjectNode root = read(COMMON);
        for (String resource : resources) {
            merge(root, read(resource), resource, "");
        }
        return new ApiDocument(root);
    }

    /** All of these in one. */
    public static ApiDocument merged(List<ApiDocument> documents) {
        ObjectNode root = read(COMMON);
        for (ApiDocument document : documents) {
            merge(root, document.root, "", "");
        }
        return new ApiDocument(root);
    }

    public JsonNode json() {
        return root;
    }

    /** In the order of the files. */
    public List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.path("paths")
                .properties()
                .forEach(path ->
                        path.getValue().properties().stream()
                                .filter(entry -> METHODS.contains(entry.getKey()))
                                .forEach(entry ->
                                        operations.add(
                                                new Operation(
                                                        entry.getKey()
                                                                .toUpperCase(java.util.Locale.ROOT),
                                                        path.getKey(),
                                                        scopeOf(entry.getValue()),
                                                        entry.getValue()))));
        return operations;
    }

    private static @Nullable String scopeOf(JsonNode operation) {
        JsonNode scope = operation.path("security").path(0).path("oidc").path(0);
        return scope.isTextual() ? scope.asText() : null;
    }

    private static ObjectNode read(String resource) {
        try (InputStream in = ApiDocument.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource + " on the class path");
            }
            return (ObjectNode) YAML.readTree(in);
        } catch (IOException | ClassCastException broken) {
            throw new IllegalStateException(resource + ": " + broken.getMessage(), broken);
        }
    }

    private static void merge(ObjectNode into, ObjectNode from, String resource, String at) {
        from.properties()
                .forEach(entry -> {
                    String name = entry.getKey();
                    JsonNode here = into.get(name);
                    if (here == null) {
                        into.set(name, entry.getValue().deepCopy());
                    } else if (here instanceof ObjectNode left
                            && entry.getValue() instanceof ObjectNode right) {
                        merge(left, right, resource, at + "/" + name);
                    } else if (!here.equals(entry.getValue())) {
                        throw new IllegalStateException(
                                resource + ": " + at + "/" + name + " is said twice, differently");
                    }
                });
    }
}
