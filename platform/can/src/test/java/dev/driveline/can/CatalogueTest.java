package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CatalogueTest {
    private static final Message FIRST =
            Signals.message(
                    FrameId.standard(1),
                    8,
                    Signals.intel("SPEED", 0, 8, false),
                    Signals.intel("MUX", 8, 8, false),
                    Signals.when(Signals.intel("A", 16, 8, false), "MUX", 0),
                    Signals.when(Signals.intel("A", 24, 8, false), "MUX", 1));
    private static final Message SECOND =
            Signals.message(FrameId.standard(2), 8, Signals.intel("SPEED", 0, 8, false));

    private static CatalogueBus bus(String name, Message... messages) {
        return new CatalogueBus(name, Matching.EXACT, new Dbc(name, "", List.of(messages)));
    }

    private static List<String> names(List<CatalogueSignal> signals) {
        return signals.stream().map(CatalogueSignal::fullName).toList();
    }

    @Test
    void signalsAreNumberedDenselyInOrder() {
        Catalogue catalogue = Catalogue.of(List.of(bus("can0", FIRST, SECOND), bus("can1", FIRST)));
        assertEquals(9, catalogue.signals().size());
        for (int i = 0; i < 9; i++) {
            assertEquals(i, catalogue.signal(i).index());
        }
        assertEquals("can0.Message002.SPEED", catalogue.signal(4).fullName());
        assertEquals(1, catalogue.signal(5).bus());
        assertEquals(1, catalogue.busIndex("can1"));
        assertEquals(-1, catalogue.busIndex("can2"));
    }

    @Test
    void aFullNameIsFoundAndABareOneMayBeAmbiguous() {
        Catalogue catalogue = Catalogue.of(List.of(bus("can0", FIRST, SECOND)));
        assertEquals(4, catalogue.find("can0.Message002.SPEED").orElseThrow().index());
        assertEquals(Optional.empty(), catalogue.find("can0.Message003.SPEED"));
        assertEquals(
                List.of("can0.Message001.SPEED", "can0.Message002.SPEED"),
                names(catalogue.named("SPEED")));
        assertEquals(2, catalogue.layouts("can0.Message001.A").size());
        assertEquals(List.of("can0.Message001.A"), names(catalogue.named("A")));
        assertEquals(List.of(), catalogue.named("B"));
    }

    @Test
    void namesOfBusesAreUniqueAndHaveNoDot() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Catalogue.of(List.of(bus("can0"), bus("can0"))));
        assertThrows(IllegalArgumentException.class, () -> bus("can.0"));
    }
}
