package dev.driveline.runtime.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final Instant AT = Instant.parse("2026-05-01T12:00:00.5Z");

    record Box(Vin vin, TenantId tenant, int size, Instant at, String absent) {}

    @Test
    void idsAreTextAndTimesRfc3339AndAbsentMembersNotWritten() {
        assertEquals(
                "{\"vin\":\"WDRV0TESTGATE1000\",\"tenant\":\"acme\",\"size\":3,\"at\":\"2026-05-01T12:00:00.500Z\"}",
                Json.text(new Box(VIN, TenantId.of("acme"), 3, AT, null)));
    }

    @Test
    void idsAreKeysToo() {
        assertEquals("{\"WDRV0TESTGATE1000\":1}", Json.text(Map.of(VIN, 1)));
    }

    @Test
    void sealedRecordsComeBackAsWhatTheyWere() {
        Presence online =
                new Presence.Online(
                        new SessionId(1),
                        new RunId(-2),
                        3,
                        Set.of(DownTopic.COMMANDS),
                        4,
                        AT,
                        "5",
                        AT);
        Presence offline =
                new Presence.Offline(
                        new SessionId(1), new RunId(2), OfflineCause.CONNECTION_LOST, AT);
        for (Presence presence : List.of(online, offline)) {
            byte[] bytes = Json.bytes(presence);
            String type = Json.tree(bytes).path("type").asText();
            assertEquals(presence instanceof Presence.Online ? "ONLINE" : "OFFLINE", type);
            assertEquals(presence, Json.read(bytes, Presence.class));
        }
        AccessRule rule = new AccessRule.SuspendedVehicle(7, AccessRule.State.REMOVED, VIN);
        assertEquals(rule, Json.read(Json.bytes(rule), AccessRule.class));
    }

    @Test
    void unknownMembersAreIgnored() {
        Box box =
                Json.read("{\"size\":1,\"vin\":\"" + VIN + "\",\"later\":{\"x\":[1]}}", Box.class);
        assertEquals(VIN, box.vin());
    }

    @Test
    void errorsNameMemberLineAndColumn() {
        MalformedJsonException wrong =
                assertThrows(
                        MalformedJsonException.class,
                        () -> Json.read("{\n  \"size\": \"many\"\n}", Box.class));
        assertTrue(wrong.getMessage().startsWith("size: "), wrong.getMessage());
        assertTrue(wrong.getMessage().contains("(line 2, column "), wrong.getMessage());
        MalformedJsonException vin =
                assertThrows(
                        MalformedJsonException.class,
                        () -> Json.read("{\"size\":1,\"vin\":\"short\"}", Box.class));
        assertTrue(vin.getMessage().startsWith("vin: "), vin.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "{",
                "[]",
                "1",
                "{\"size\":null}",
                "{\"size\":1}x",
                "{\"size\":1}{}",
                "{\"size\":1,\"size\":2}",
                "{'size':1}",
                "{\"size\":NaN}",
                "{\"size\":99999999999}",
                "{\"size\":1,\"at\":\"yesterday\"}"
            })
    void whatDoesNotFitIsMalformed(String text) {
        assertThrows(MalformedJsonException.class, () -> Json.read(text, Box.class));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThrows(MalformedJsonException.class, () -> Json.read(bytes, Box.class));
    }

    @Test
    void anUnknownTypeOfASealedRecordIsMalformed() {
        for (String text : List.of("{}", "{\"type\":\"ASLEEP\"}", "{\"type\":null}")) {
            assertThrows(MalformedJsonException.class, () -> Json.read(text, Presence.class));
        }
    }

    @Test
    void bytesThatAreNoUtf8AreMalformed() {
        byte[] wrong = {'{', '"', (byte) 0xC3, '(', '"', ':', '1', '}'};
        assertThrows(MalformedJsonException.class, () -> Json.tree(wrong));
    }

    @Test
    void depthHasALimit() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThrows(
                MalformedJsonException.class,
                () -> Json.tree(deep.getBytes(StandardCharsets.UTF_8)));
    }
}
