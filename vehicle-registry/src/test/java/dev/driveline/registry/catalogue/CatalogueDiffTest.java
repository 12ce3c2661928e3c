package dev.driveline.registry.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.BusSource;
import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Compilation;
import dev.driveline.can.Matching;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CatalogueDiffTest {

    private static final String BEFORE =
            """
            VERSION ""

            BU_: ECU

            BO_ 100 ENGINE: 8 ECU
             SG_ SPEED : 0|16@1+ (0.01,0) [0|250] "km/h" ECU
             SG_ GEAR : 16|4@1+ (1,0) [0|0] "" ECU

            BO_ 200 OLD: 8 ECU
             SG_ A : 0|8@1+ (1,0) [0|0] "" ECU
            """;

    @Test
    void namesWhatCameWentAndChanged() {
        String after =
                BEFORE.replace("0.01", "0.02")
                        .replace("BO_ 200 OLD", "BO_ 300 NEW")
                        .replace("SG_ GEAR", "SG_ RPM");
        CatalogueDiff diff = CatalogueDiff.of(catalogue(BEFORE), catalogue(after));
        assertEquals(List.of("can0.NEW"), diff.messages().added());
        assertEquals(List.of("can0.OLD"), diff.messages().removed());
        assertEquals(List.of(), diff.messages().changed());
        assertEquals(List.of("can0.ENGINE.RPM", "can0.NEW.A"), diff.signals().added());
        assertEquals(List.of("can0.ENGINE.GEAR", "can0.OLD.A"), diff.signals().removed());
        CatalogueDiff.Change speed = diff.signals().changed().getFirst();
        assertEquals(1, diff.signals().changed().size());
        assertEquals("can0.ENGINE.SPEED", speed.name());
        assertTrue(speed.before().contains("× 0.01"), speed.before());
        assertTrue(speed.after().contains("× 0.02"), speed.after());
    }

    @Test
    void aMovedMessageAndOtherLabelsAreChanges() {
        String after = BEFORE.replace("BO_ 100", "BO_ 101") + "\nVAL_ 101 GEAR 0 \"P\" ;\n";
        CatalogueDiff diff = CatalogueDiff.of(catalogue(BEFORE), catalogue(after));
        assertEquals("can0.ENGINE", diff.messages().changed().getFirst().name());
        assertEquals("can0.ENGINE.GEAR", diff.signals().changed().getFirst().name());
        assertEquals(List.of(), diff.signals().added());
    }

    @Test
    void theSameHasNoDifference() {
        CatalogueDiff none = CatalogueDiff.of(catalogue(BEFORE), catalogue(BEFORE));
        var nothing = new CatalogueDiff.Changes(List.of(), List.of(), List.of());
        assertEquals(new CatalogueDiff(nothing, nothing), none);
    }

    private static Catalogue catalogue(String dbc) {
        var source =
                new CatalogueSource(
                        List.of(
                                BusSource.of(
                                        "can0",
                                        Matching.EXACT,
                                        "can0.dbc",
                                        dbc.getBytes(StandardCharsets.UTF_8))));
        return assertInstanceOf(Compilation.Compiled.class, source.compile()).catalogue();
    }
}
