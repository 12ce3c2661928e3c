package dev.driveline.contract.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @Test
    void sessionIdKeepsItsLeadingZeros() {
        SessionId id = new SessionId(0x2aL);
        assertEquals("000000000000002a", id.toString());
        assertEquals(id, SessionId.parse(id.toString()));
        assertEquals(new SessionId(-1), SessionId.parse("ffffffffffffffff"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2a", "00000000000000zz", "+000000000000002a"})
    void sessionIdRefusesOtherShapes(String text) {
        assertThrows(InvalidValueException.class, () -> SessionId.parse(text));
    }

    @Test
    void commandIdsSortByTime() {
        CommandId earlier = CommandId.of(1_000, -1, -1);
        CommandId later = CommandId.of(1_001, 0, 0);
        assertEquals(7, earlier.value().version());
        assertEquals(2, earlier.value().variant());
        assertTrue(earlier.toString().compareTo(later.toString()) < 0);
        assertEquals(earlier, CommandId.parse(earlier.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1-1-1-1-1", "not-a-uuid"})
    void commandIdRefusesOtherShapes(String text) {
        assertThrows(InvalidValueException.class, () -> CommandId.parse(text));
    }

    @Test
    void catalogueRefIsIdAtHash() {
        CatalogueRef ref = CatalogueRef.parse("toyota-rav4@0123456789abcdef0123456789abcdef");
        assertEquals("toyota-rav4", ref.id());
        assertEquals("toyota-rav4@0123456789abcdef0123456789abcdef", ref.toString());
        assertThrows(InvalidValueException.class, () -> CatalogueRef.parse("toyota-rav4"));
        assertThrows(InvalidValueException.class, () -> CatalogueRef.parse("toyota@12"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Acme", "1st", "a b", "ä"})
    void tenantRefusesOtherShapes(String text) {
        assertThrows(InvalidValueException.class, () -> TenantId.of(text));
    }
}
