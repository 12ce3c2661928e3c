package dev.driveline.registry.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.BusSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.error.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckedCatalogueTest {

    private static final String DBC =
            """
            VERSION ""

            BU_: ECU

            BO_ 100 ENGINE: 8 ECU
             SG_ SPEED : 0|16@1+ (0.01,0) [0|250] "km/h" ECU
            """;

    @Test
    void isNamedByItsContent() {
        CheckedCatalogue one = usable(bus("can0", DBC));
        assertEquals("toyota", one.summary().ref().id());
        assertEquals(one.source().hash().substring(0, 32), one.summary().ref().hash());
        assertEquals(one.summary().ref(), usable(bus("can0", DBC)).summary().ref());
        assertTrue(!one.summary().ref().equals(usable(bus("can1", DBC)).summary().ref()));
    }

    @Test
    void saysWhatItHolds() {
        CatalogueSummary summary = usable(bus("can0", DBC), bus("can1", DBC)).summary();
        assertEquals(2, summary.buses().size());
        assertEquals(2, summary.messages());
        assertEquals(2, summary.signals());
        assertEquals(List.of(), summary.diagnostics());
    }

    @Test
    void aBrokenFileIsRefusedWithItsPlace() {
        String broken = DBC.replace("(0.01,0)", "(0.01;0)");
        CheckedCatalogue.Check.Refused refused =
                assertInstanceOf(
                        CheckedCatalogue.Check.Refused.class,
                        CheckedCatalogue.check("toyota", List.of(bus("can0", broken))));
        CatalogueSummary.Finding finding =
                refused.diagnostics().stream()
                        .filter(found -> found.severity().equals("ERROR"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("can0", finding.bus());
        assertEquals("can0.dbc", finding.file());
        assertEquals(6, finding.line());
        assertTrue(finding.column() > 0);
    }

    @Test
    void noBusAndTwoOfOneNameAreRefused() {
        assertThrows(
                InvalidValueException.class, () -> CheckedCatalogue.check("toyota", List.of()));
        assertThrows(
                InvalidValueException.class,
                () ->
                        CheckedCatalogue.check(
                                "toyota", List.of(bus("can0", DBC), bus("can0", DBC))));
    }

    private static CheckedCatalogue usable(BusSource... buses) {
        return assertInstanceOf(
                        CheckedCatalogue.Check.Usable.class,
                        CheckedCatalogue.check("toyota", List.of(buses)))
                .catalogue();
    }

    private static BusSource bus(String name, String dbc) {
        return BusSource.of(
                name, Matching.EXACT, name + ".dbc", dbc.getBytes(StandardCharsets.UTF_8));
    }
}
