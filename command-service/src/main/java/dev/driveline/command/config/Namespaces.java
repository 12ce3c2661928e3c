package dev.driveline.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration namespaces that this version ships. Thread-safe. */
public final class Namespaces {

    private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
    private final Map<String, Schema> schemas = new LinkedHashMap<>();

    private Namespaces(Namespace[] all) {
        SchemaRegistry registry =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        for (Namespace namespace : all) {
            namespaces.put(namespace.namespace(), namespace);
            schemas.put(
                    namespace.namespace(),
                    registry.getSchema(Json.mapper().<JsonNode>valueToTree(namespace.content())));
        }
    }

    /** Those of {@code config/namespaces.json}. */
    public static Namespaces shipped() {
        try (InputStream in = Namespaces.class.getResourceAsStream("/config/namespaces.json")) {
            if (in == null) {
                throw new IllegalStateException("config/namespaces.json is not on the class path");
            }
            return new Namespaces(Json.read(in.readAllBytes(), Namespace[].class));
        } catch (IOException unreadable) {
            throw new IllegalStateException("config/namespaces.json cannot be read", unreadable);
        }
    }

    public boolean has(String namespace) {
        return namespaces.containsKey(namespace);
    }

    public Collection<Namespace> all() {
        return namespaces.values();
    }

    /** What is wrong with a document's content: a sentence a violation, empty if all is well. */
    public List<String> violations(String namespace, JsonNode content) {
        Schema schema = schemas.get(namespace);
        if (schema == null) {
            return List.of("there is no namespace '" + namespace + "'");
        }
        return schema.validate(content).stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                .toList();
    }
}
