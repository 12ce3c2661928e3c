package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CatalogueSourceTest {
    private static final String TEXT = "BO_ 1 M: 8 E\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" E\n";
    private static final BusSource FIRST = source("can0", Matching.EXACT, TEXT);
    private static final BusSource SECOND = source("can1", Matching.J1939, DbcParserTest.SMALL);
    private static final BusSource THIRD =
            BusSource.of(
                    "can2",
                    Matching.EXACT,
                    Transport.ISO_TP,
                    "third.dbc",
                    TEXT.getBytes(StandardCharsets.UTF_8));

    private static BusSource source(String bus, Matching matching, String text) {
        return BusSource.of(bus, matching, "ö.dbc", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bytesAndBack() {
        for (var source :
                List.of(
                        new CatalogueSource(List.of(FIRST, SECOND)),
                        new CatalogueSource(List.of(FIRST, SECOND, THIRD)))) {
            assertEquals(source, CatalogueSource.fromBytes(source.toBytes()));
        }
    }

    @Test
    void theOrderOfTheBusesDoesNotChangeTheHashAndTheContentDoes() {
        var source = new CatalogueSource(List.of(FIRST, SECOND));
        assertEquals(source.hash(), new CatalogueSource(List.of(SECOND, FIRST)).hash());
        var otherMatching = source("can0", Matching.J1939, TEXT);
        assertNotEquals(source.hash(), new CatalogueSource(List.of(otherMatching, SECOND)).hash());
        var otherText = source("can0", Matching.EXACT, TEXT + " ");
        assertNotEquals(source.hash(), new CatalogueSource(List.of(otherText, SECOND)).hash());
    }

    /** The form is an address in the registry and on Kafka: it may never change unnoticed. */
    @Test
    void theFormIsFixed() {
        var source =
                new CatalogueSource(
                        List.of(BusSource.of("b", Matching.J1939, "f", new byte[] {9, 8})));
        assertEquals(
                "444c435301010162010166000000020908", HexFormat.of().formatHex(source.toBytes()));
        assertEquals(
                "5bccc1b00a8cd691de04913e157b4ee31a2b1d59a8f6d7e60eba07a21f36e1c9", source.hash());
    }

    /** A catalogue without ISO-TP keeps the older form, which older readers know. */
    @Test
    void theFormWithTransportIsFixedToo() {
        var source =
                new CatalogueSource(
                        List.of(
                                BusSource.of(
                                        "b",
                                        Matching.EXACT,
                                        Transport.ISO_TP_LENGTH_BYTE,
                                        "f",
                                        new byte[] {9, 8})));
        assertEquals(
                "444c43530201016200020166000000020908", HexFormat.of().formatHex(source.toBytes()));
        assertEquals(source, CatalogueSource.fromBytes(source.toBytes()));
        byte[] needless = HexFormat.of().parseHex("444c43530201016200000166000000020908");
        var refused =
                assertThrows(
                        IllegalArgumentException.class, () -> CatalogueSource.fromBytes(needless));
        assertEquals("catalogue's version for these buses is 2, expected 1", refused.getMessage());
        byte[] newer = HexFormat.of().parseHex("444c43530301016200000166000000020908");
        assertEquals(
                "catalogue's version is 3, expected 1 or 2",
                assertThrows(IllegalArgumentException.class, () -> CatalogueSource.fromBytes(newer))
                        .getMessage());
    }

    @Test
    void aDamagedFormIsRefusedAndNeverOtherwise() {
        byte[] good = new CatalogueSource(List.of(FIRST, SECOND)).toBytes();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(IllegalArgumentException.class, () -> CatalogueSource.fromBytes(cut));
        }
        for (long seed = 0; seed < 5_000; seed++) {
            byte[] bad = good.clone();
            var random = new Random(seed);
            bad[random.nextInt(40)] = (byte) random.nextInt();
            try {
                assertEquals(
                        HexFormat.of().formatHex(bad),
                        HexFormat.of().formatHex(CatalogueSource.fromBytes(bad).toBytes()));
            } catch (IllegalArgumentException expected) {
                assertTrue(String.valueOf(expected.getMessage()).length() > 10, "seed " + seed);
            }
        }
    }

    @Test
    void compilesOrSaysInWhichFileWhatIsWrong() {
        var good = new CatalogueSource(List.of(SECOND, FIRST)).compile();
        var compiled = assertInstanceOf(Compilation.Compiled.class, good);
        assertEquals("can0.M.A", compiled.catalogue().signal(0).fullName());
        assertEquals(1, compiled.findings().size());
        var bad = source("can2", Matching.EXACT, TEXT.replace("@1", "@2"));
        var refused =
                assertInstanceOf(
                        Compilation.Refused.class, new CatalogueSource(List.of(bad)).compile());
        assertEquals(
                "can2 ö.dbc:2:14 ERROR SG_: byte order of A is '2', not 0 (Motorola) or 1 (Intel)",
                refused.findings().getFirst().toString());
    }

    @Test
    void twoMessagesOfOneGroupAreReported() {
        String text =
                "BO_ 2566844926 First: 8 E\nBO_ 2566844672 Second: 8 E\nBO_ 2566844416 Other: 8 E\n";
        List<Compilation.Finding> findings =
                new CatalogueSource(List.of(source("can0", Matching.J1939, text)))
                        .compile()
                        .findings();
        assertEquals(
                List.of(
                        "can0 ö.dbc:0:0 NOTE message Second (18FEF100) has PGN 0FEF1 of message"
                                + " First, which takes its frames"),
                findings.stream().map(Compilation.Finding::toString).toList());
    }
}
