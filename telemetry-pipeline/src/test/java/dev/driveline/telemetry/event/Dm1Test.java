package dev.driveline.telemetry.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Payloads put together by hand from SAE J1939-73 §5.7.1. */
final class Dm1Test {

    private static Dm1 read(String hex) {
        byte[] payload = HexFormat.ofDelimiter(" ").parseHex(hex);
        byte[] buffer = new byte[payload.length + 5];
        System.arraycopy(payload, 0, buffer, 3, payload.length);
        return Dm1.read(buffer, 3, payload.length);
    }

    @Test
    void oneCodeFillsAFrame() {
        // SPN 1208 = 0x4B8, FMI 3, ten times; the amber lamp is on.
        Dm1 dm1 = read("04 FF B8 04 03 0A FF FF");
        assertEquals(List.of(new Dm1.Code(1208, 3, 10)), dm1.codes());
        assertEquals(
                Map.of(
                        "malfunction",
                        false,
                        "redStop",
                        false,
                        "amberWarning",
                        true,
                        "protect",
                        false),
                dm1.lamps());
        assertEquals(0, dm1.older());
    }

    @Test
    void theUpperBitsOfTheParameterStandAboveTheFailure() {
        // 520,192 = 0x7F000: 00, F0 and 7; FMI 31; 126 times.
        assertEquals(
                List.of(new Dm1.Code(520_192, 31, 126)), read("C0 FF 00 F0 FF 7E FF FF").codes());
        // 65,536 = 0x10000: 00, 00 and 1; FMI 0; how often is not known.
        assertEquals(List.of(new Dm1.Code(65_536, 0, -1)), read("00 FF 00 00 20 7F FF FF").codes());
    }

    @Test
    void severalCodesComeInALongerMessage() {
        assertEquals(
                List.of(
                        new Dm1.Code(100, 1, 3),
                        new Dm1.Code(1208, 3, 10),
                        new Dm1.Code(524_286, 2, 1)),
                read("40 FF 64 00 01 03 B8 04 03 0A FE FF E2 01").codes());
    }

    @Test
    void noCodeIsAllZeros() {
        assertEquals(List.of(), read("00 FF 00 00 00 00 FF FF").codes());
        assertEquals(List.of(), read("00 FF 00 00 00 00").codes());
        assertEquals(List.of(), read("FF FF FF FF FF FF FF FF").codes());
        assertEquals(Map.of(), read("FF FF FF FF FF FF FF FF").lamps());
        assertEquals(List.of(), read("04 FF B8").codes());
        assertEquals(List.of(), read("04").codes());
    }

    @Test
    void ofAnOlderMethodTheParameterCannotBeTold() {
        Dm1 dm1 = read("40 FF 64 00 01 83 B8 04 03 0A");
        assertEquals(List.of(new Dm1.Code(1208, 3, 10)), dm1.codes());
        assertEquals(1, dm1.older());
    }

    @Test
    void theGroupCountsWhateverPriorityAndSource() {
        assertTrue(Dm1.isCarriedBy(0x18FECA00));
        assertTrue(Dm1.isCarriedBy(0x1CFECA3D));
        assertFalse(Dm1.isCarriedBy(0x18FECB00));
        assertFalse(Dm1.isCarriedBy(0x19FECA00));
    }
}
