package dev.driveline.command.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command type as a tenant writes it: the members of {@link CommandType} but its name.
 *
 * <p>Shape: JSON as in {@code command/type.schema.json}; the parameters' schema refers to nothing
 * outside of itself. Thread-safe.
 */
public final class TypeDefinition {

    /** How large a definition may be. */
    public static final int MAX_BYTES = 16 * 1024;

    private static final Pattern NAME =
            Pattern.compile("[a-z][a-z0-9-]{0,15}(\\.[a-z][a-z0-9-]{0,15}){1,3}");
    private static final Schema FORM =
            CommandTypes.schemas()
                    .getSchema(
                            Json.read(
                                    CommandTypes.resource("/command/type.schema.json"),
                                    JsonNode.class));
    private static final Schema SCHEMA =
            CommandTypes.schemas()
                    .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    private TypeDefinition() {}

    /**
     * What came of reading one.
     *
     * @param type null if there are violations
     * @param violations a sentence each, with its JSON pointer
     */
    public record Read(@Nullable CommandType type, List<String> violations) {}

    /**
     * Checks a name.
     *
     * @throws InvalidValueException if it is none
     */
    public static String checkedName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidValueException(
                    "command type",
                    name,
                    "expected 2 to 4 words with points between, of a-z, 0-9 and -, such as seats.heat");
        }
        return name;
    }

    /** Reads a definition; its name is checked already. */
    public static Read read(String name, JsonNode definition) {
        List<String> violations = new ArrayList<>(CommandTypes.violations(FORM, definition));
        if (violations.isEmpty()) {
            JsonNode parameters = definition.path("parameters");
            CommandTypes.violations(SCHEMA, parameters)
                    .forEach(sentence -> violations.add("/parameters" + sentence));
            reach(parameters, "/parameters", violations);
            if (definition.has("precondition")
                    && Precondition.parse(definition.path("precondition").asText())
                            instanceof Precondition.Parsed.Bad(String why)) {
                violations.add("/precondition: " + why);
            }
            int most = definition.path("maxTtlS").intValue();
            int usual = definition.path("defaultTtlS").intValue();
            if (usual > most) {
                violations.add("/defaultTtlS: %d is more than maxTtlS, %d".formatted(usual, most));
            }
        }
        if (!violations.isEmpty()) {
            return new Read(null, List.copyOf(violations));
        }
        try {
            ObjectNode named = definition.deepCopy();
            named.put("type", name);
            named.put("toggle", definition.path("toggle").asBoolean(false));
            named.put("approval", definition.path("approval").asBoolean(false));
            return new Read(Json.read(Json.text(named), CommandType.class), List.of());
        } catch (MalformedJsonException malformed) {
            return new Read(null, List.of(": " + malformed.getMessage()));
        }
    }

    /** Nothing is fetched to check parameters. */
    private static void reach(JsonNode schema, String pointer, List<String> violations) {
        schema.properties()
                .forEach(member -> {
                    String at = pointer + "/" + member.getKey();
                    switch (member.getKey()) {
                        case "$ref", "$dynamicRef" -> {
                            if (!member.getValue().asText().startsWith("#")) {
                                violations.add(at + ": expected a reference that begins with #");
                            }
                        }
                        case "$id", "$schema", "$anchor", "$dynamicAnchor" ->
                                violations.add(at + ": is not taken here");
                        default -> reach(member.getValue(), at, violations);
                    }
                });
        if (schema.isArray()) {
            for (int i = 0; i < schema.size(); i++) {
                reach(schema.get(i), pointer + "/" + i, violations);
            }
        }
    }
}
