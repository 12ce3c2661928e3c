package dev.driveline.command.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command types that this version ships, and the parameters of all. Thread-safe. */
public final class CommandTypes {

    private static final SchemaRegistry SCHEMAS =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final Map<String, CommandType> types = new LinkedHashMap<>();
    private final Map<CommandType, Schema> schemas = new LinkedHashMap<>();

    private CommandTypes(List<CommandType> all) {
        for (CommandType type : all) {
            types.put(type.type(), type);
            schemas.put(type, schemaOf(type));
        }
    }

    /** Those of {@code command/types.json}. */
    public static CommandTypes shipped() {
        List<CommandType> all = new ArrayList<>();
        for (JsonNode one : Json.tree(resource("/command/types.json"))) {
            ObjectNode definition = one.deepCopy();
            String name = definition.remove("type").asText();
            TypeDefinition.Read read = TypeDefinition.read(name, definition);
            CommandType type = read.type();
            if (type == null) {
                throw new IllegalStateException(
                        "command/types.json: " + name + ": " + read.violations());
            }
            all.add(type);
        }
        return new CommandTypes(all);
    }

    static byte[] resource(String name) {
        try (InputStream in = CommandTypes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new IllegalStateException(name + " cannot be read", unreadable);
        }
    }

    public Optional<CommandType> byName(String type) {
        return Optional.ofNullable(types.get(type));
    }

    public Collection<CommandType> all() {
        return types.values();
    }

    /**
     * What is wrong with parameters.
     *
     * @return a sentence a violation, with its JSON pointer, empty if all is well
     */
    public List<String> violations(CommandType type, JsonNode params) {
        Schema shipped = schemas.get(type);
        return violations(shipped == null ? schemaOf(type) : shipped, params);
    }

    static List<String> violations(Schema schema, JsonNode value) {
        return schema.validate(value).stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                .toList();
    }

    static SchemaRegistry schemas() {
        return SCHEMAS;
    }

    private static Schema schemaOf(CommandType type) {
        return SCHEMAS.getSchema(Json.mapper().<JsonNode>valueToTree(type.parameters()));
    }
}
