package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.json.Json;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypeDefinitionTest {

    private static final String SEATS =
            """
            {"title":"Heat a seat","domain":"seats","defaultTtlS":60,"maxTtlS":600,"resultWithinS":30,
             "parameters":{"type":"object","additionalProperties":false,"required":["seat"],
                           "properties":{"seat":{"$ref":"#/$defs/seat"}},
                           "$defs":{"seat":{"enum":["left","right"]}}},
             "supersedes":["seats.heat"]}
            """;

    @Test
    void whatIsLeftOutIsTheUsual() {
        CommandType type = TypeDefinition.read("seats.heat", tree(SEATS)).type();
        assertNotNull(type);
        assertEquals(new Kind("seats.heat", "seats", false, Set.of("seats.heat")), type.kind());
        assertFalse(type.approval());
        assertNull(type.scope());
        assertTrue(type.limits().perVehicle() > 0);
        CommandTypes types = CommandTypes.shipped();
        assertEquals(List.of(), types.violations(type, tree("{\"seat\":\"left\"}")));
        assertTrue(
                types.violations(type, tree("{\"seat\":\"middle\"}"))
                        .getFirst()
                        .startsWith("/seat:"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"maxTtlS\":600 | \"maxTtlS\":30 | /defaultTtlS: 60 is more than maxTtlS, 30",
                "\"maxTtlS\":600 | \"maxTtlS\":90000 | /maxTtlS",
                "\"domain\":\"seats\" | \"domain\":\"Seats!\" | /domain",
                "\"title\" | \"name\" | title",
                "\"enum\" | \"type\":\"seat\",\"enum\" | /parameters/$defs/seat/type",
                "#/$defs/seat | https://example.org/seat | /parameters/properties/seat/$ref",
                "\"required\":[\"seat\"] | \"$id\":\"x\" | /parameters/$id",
                "\"type\":\"object\" | \"type\":\"array\" | /parameters/type",
                "\"supersedes\" | \"approval\":\"yes\",\"supersedes\" | /approval"
            })
    void whatIsWrongIsNamedWithItsPointer(String part, String instead, String named) {
        TypeDefinition.Read read =
                TypeDefinition.read("seats.heat", tree(SEATS.replace(part, instead)));
        assertNull(read.type());
        assertTrue(
                read.violations().stream().anyMatch(found -> found.contains(named)),
                read.violations().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"seats", "Seats.heat", "seats.", "seats.heat.left.now.please", "a b.c"})
    void aNameIsWordsWithPointsBetween(String name) {
        assertThrows(InvalidValueException.class, () -> TypeDefinition.checkedName(name));
    }

    @Test
    void theShippedOnesCanBeReadAndNameEachOther() {
        CommandTypes types = CommandTypes.shipped();
        assertTrue(types.all().size() >= 13);
        for (CommandType type : types.all()) {
            assertEquals(type.type(), TypeDefinition.checkedName(type.type()));
            for (String superseded : type.supersedes()) {
                assertEquals(type.domain(), types.byName(superseded).orElseThrow().domain());
            }
        }
    }

    private static JsonNode tree(String json) {
        return Json.read(json, JsonNode.class);
    }
}
