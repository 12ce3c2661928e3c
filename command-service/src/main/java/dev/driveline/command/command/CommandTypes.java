package dev.driveline.command.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command types that this version ships. Thread-safe. */
public final class CommandTypes {

    private final Map<String, CommandType> types = new LinkedHashMap<>();
    private final Map<String, Schema> schemas = new LinkedHashMap<>();

    private CommandTypes(List<CommandType> all) {
        SchemaRegistry registry =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        for (CommandType type : all) {
            types.put(type.type(), type);
            schemas.put(
                    type.type(),
                    registry.getSchema(Json.mapper().<JsonNode>valueToTree(type.parameters())));
        }
    }

    /** Those of {@code command/types.json}. */
    public static CommandTypes shipped() {
        try (InputStream in = CommandTypes.class.getResourceAsStream("/command/types.json")) {
            if (in == null) {
                throw new IllegalStateException("command/types.json is not on the class path");
            }
            return new CommandTypes(
                    Arrays.asList(Json.read(in.readAllBytes(), CommandType[].class)));
        } catch (IOException unreadable) {
            throw new IllegalStateException("command/types.json cannot be read", unreadable);
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
     * @return a sentence a violation, empty if all is well
     */
    public List<String> violations(CommandType type, JsonNode params) {
        Schema schema = schemas.get(type.type());
        return schema == null ? List.of() : sentences(schema.validate(params));
    }

    private static List<String> sentences(List<Error> errors) {
        return errors.stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                .toList();
    }
}
