package dev.driveline.registry.vehicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.InvalidValueException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LabelSelectorTest {

    @Test
    void asksForValuesAndForKeys() {
        LabelSelector selector = LabelSelector.parse(List.of("region:eu", "pilot", "a:"));
        assertEquals(List.of("pilot", "a:", "region:eu"), selector.texts());
        assertEquals(selector, LabelSelector.parse(selector.texts()));
        assertEquals(Map.of("region", "eu", "a", ""), selector.values());
        assertEquals(Set.of("pilot"), selector.keys());
    }

    @Test
    void asksForNothingThatNoVehicleCanHave() {
        for (String wrong : List.of("a b", ":x", "", "k:" + "v".repeat(64))) {
            assertThrows(
                    InvalidValueException.class, () -> LabelSelector.parse(List.of(wrong)), wrong);
        }
        assertThrows(InvalidValueException.class, () -> LabelSelector.parse(List.of("a:1", "a:2")));
        assertTrue(LabelSelector.parse(List.of()).isEmpty());
    }
}
