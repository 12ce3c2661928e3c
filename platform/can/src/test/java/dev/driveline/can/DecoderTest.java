package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values calculated by hand. */
final class DecoderTest {
    private static final FrameId ID = FrameId.standard(0x123);

    private Outcome outcome = Outcome.NO_DATA;

    private Map<String, Number> decode(String payload, Signal... signals) {
        byte[] data = HexFormat.of().parseHex(payload);
        Catalogue catalogue =
                Signals.catalogue(Matching.EXACT, Signals.message(ID, data.length, signals));
        var sink = new CollectingSink(catalogue);
        outcome = Decoder.of(catalogue).decode(0, 0x123, 0, data, 0, data.length, sink);
        return sink.raw;
    }

    @Test
    void intelCountsUpFromTheLeastSignificantBit() {
        assertEquals(Map.of("A", 0x3412L), decode("1234", Signals.intel("A", 0, 16, false)));
        assertEquals(Map.of("A", 0x41L), decode("1234", Signals.intel("A", 4, 8, false)));
        assertEquals(Map.of("A", -2L), decode("E0FF", Signals.intel("A", 4, 5, true)));
    }

    @Test
    void motorolaCountsDownFromTheMostSignificantBit() {
        assertEquals(Map.of("A", 0x1234L), decode("1234", Signals.motorola("A", 7, 16, false)));
        assertEquals(Map.of("A", 0x23L), decode("1234", Signals.motorola("A", 3, 8, false)));
        assertEquals(Map.of("A", -1L), decode("00FC", Signals.motorola("A", 15, 6, true)));
    }

    @Test
    void sixtyFourBitsKeepEveryBit() {
        String ones = "FFFFFFFFFFFFFFFE";
        assertEquals(
                Map.of("U", 0xFEFF_FFFF_FFFF_FFFFL),
                decode(ones, Signals.intel("U", 0, 64, false)));
        assertEquals(Map.of("S", -2L), decode(ones, Signals.motorola("S", 7, 64, true)));
        Signal unsigned = Signals.motorola("U", 7, 64, false);
        assertEquals(0x1p64, unsigned.physical(-1L));
        assertEquals(0x1p63, unsigned.physical(Long.MIN_VALUE));
        assertEquals(-1.0, Signals.motorola("S", 7, 64, true).physical(-1L));
    }

    @Test
    void signalsBehindTheEighthByteAndAcrossNineBytes() {
        String payload = "000000000000000000" + "0102030405060708" + "09";
        assertEquals(
                Map.of("A", 0x0201L, "B", 0x0809L),
                decode(
                        payload,
                        Signals.intel("A", 72, 16, false),
                        Signals.motorola("B", 135, 16, false)));
        // Four bits of the first byte, seven bytes, four bits of the ninth.
        assertEquals(
                Map.of("A", 0x9080_7060_5040_3020L, "B", 0x1020_3040_5060_7080L),
                decode(
                        payload,
                        Signals.intel("A", 76, 64, false),
                        Signals.motorola("B", 75, 64, false)));
    }

    @Test
    void floatsInBothOrders() {
        assertEquals(
                Map.of("F", 1.5, "G", -2.0),
                decode(
                        "0000C03F" + "C0000000",
                        Signals.floating("F", 0, ByteOrder.INTEL, ValueType.FLOAT),
                        Signals.floating("G", 39, ByteOrder.MOTOROLA, ValueType.FLOAT)));
        assertEquals(
                Map.of("D", 0.1),
                decode(
                        "3FB999999999999A",
                        Signals.floating("D", 7, ByteOrder.MOTOROLA, ValueType.DOUBLE)));
    }

    @Test
    void whatAShortFrameDoesNotHoldIsAbsentAndNotZero() {
        assertEquals(
                Map.of("A", 0x12L),
                decode(
                        "12FF",
                        Signals.intel("A", 0, 8, false),
                        Signals.intel("B", 8, 9, false),
                        Signals.motorola("C", 15, 9, false)));
        assertEquals(Outcome.DECODED, outcome);
        assertEquals(Map.of(), decode("", Signals.intel("A", 0, 1, false)));
        assertEquals(Outcome.DECODED, outcome);
    }

    @Test
    void bytesBesideTheFrameDoNotLeakIntoIt() {
        Signal signal = Signals.motorola("A", 7, 16, false);
        Catalogue catalogue = Signals.catalogue(Matching.EXACT, Signals.message(ID, 2, signal));
        var sink = new CollectingSink(catalogue);
        byte[] buffer = HexFormat.of().parseHex("AAAA1234BBBBBBBBBBBBBBBB");
        Decoder.of(catalogue).decode(0, 0x123, 0, buffer, 2, 2, sink);
        assertEquals(Map.of("A", 0x1234L), sink.raw);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Decoder.of(catalogue).decode(0, 0x123, 0, buffer, 11, 2, sink));
    }

    @Test
    void onlyTheSelectedBranchIsGiven() {
        Signal[] signals = {
            // Behind the bits that it selects.
            Signals.intel("MUX", 8, 8, false),
            Signals.when(Signals.intel("A", 0, 8, false), "MUX", 0),
            Signals.when(Signals.intel("B", 0, 4, false), "MUX", 2),
            Signals.when(Signals.intel("A", 4, 4, false), "MUX", 2),
            Signals.intel("ALWAYS", 16, 8, false)
        };
        assertEquals(Map.of("MUX", 0L, "A", 0x5AL, "ALWAYS", 7L), decode("5A0007", signals));
        assertEquals(
                Map.of("MUX", 2L, "A", 5L, "B", 0xAL, "ALWAYS", 7L), decode("5A0207", signals));
        assertEquals(Outcome.DECODED, outcome);
        for (String unknown : List.of("5A0107", "5A0307", "5AFF07")) {
            assertEquals(2, decode(unknown, signals).size());
            assertEquals(Outcome.UNKNOWN_MULTIPLEXER, outcome);
        }
        assertEquals(Map.of(), decode("5A", signals));
        assertEquals(Outcome.DECODED, outcome);
    }

    @Test
    void severalMultiplexorsCascadesAndRangesEachGiveTheirBranch() {
        Signal[] signals = {
            Signals.intel("KIND", 0, 8, false),
            Signals.intel("MODE", 8, 8, true),
            // A multiplexor that lies elsewhere in another branch.
            Signals.when(Signals.intel("SUB", 16, 8, false), "KIND", 1),
            Signals.when(Signals.intel("SUB", 24, 8, false), "KIND", 2),
            Signals.when(Signals.intel("LEAF", 32, 8, false), "SUB", 7),
            Signals.within(
                    Signals.intel("WIDE", 40, 8, false),
                    "MODE",
                    new Multiplexing.Range(0, 3),
                    new Multiplexing.Range(5, 5)),
            Signals.within(
                    Signals.intel("OVER", 48, 8, false), "MODE", new Multiplexing.Range(3, 9))
        };
        assertEquals(
                Map.of("KIND", 1L, "MODE", 0L, "SUB", 7L, "LEAF", 0x44L, "WIDE", 0x55L),
                decode("01000707445566", signals));
        assertEquals(Outcome.DECODED, outcome);
        assertEquals(
                Map.of(
                        "KIND", 2L, "MODE", 3L, "SUB", 7L, "LEAF", 0x44L, "WIDE", 0x55L, "OVER",
                        0x66L),
                decode("02030007445566", signals));
        assertEquals(Outcome.DECODED, outcome);
        assertEquals(
                Map.of("KIND", 2L, "MODE", 4L, "SUB", 8L, "OVER", 0x66L),
                decode("02040008445566", signals));
        assertEquals(Outcome.UNKNOWN_MULTIPLEXER, outcome);
        assertEquals(Map.of("KIND", 3L, "MODE", -1L), decode("03FF0707445566", signals));
        assertEquals(Outcome.UNKNOWN_MULTIPLEXER, outcome);
        // The payload ends before the lower multiplexor.
        assertEquals(Map.of("KIND", 2L, "MODE", 5L), decode("020500", signals));
        assertEquals(Outcome.DECODED, outcome);
    }

    @Test
    void aValueWithATextIsKnownEvenWithoutABranch() {
        String text =
                """
                BO_ 291 M: 2 E
                 SG_ KIND M : 0|8@1+ (1,0) [0|0] "" E
                 SG_ A m0 : 8|8@1+ (1,0) [0|0] "" E
                VAL_ 291 KIND 0 "value" 2 "nothing" ;
                """;
        Dbc dbc = DbcParser.parse(text, "test.dbc").model();
        Catalogue catalogue = Catalogue.of(List.of(new CatalogueBus("bus", Matching.EXACT, dbc)));
        var sink = new CollectingSink(catalogue);
        Decoder decoder = Decoder.of(catalogue);
        assertEquals(Outcome.DECODED, decoder.decode(0, 291, 0, new byte[] {2, 5}, 0, 2, sink));
        assertEquals(Map.of("KIND", 2L), sink.raw);
        sink.clear();
        assertEquals(
                Outcome.UNKNOWN_MULTIPLEXER,
                decoder.decode(0, 291, 0, new byte[] {1, 5}, 0, 2, sink));
    }

    @Test
    void aMultiplexorThatIsMissingOrSelectsItselfIsRefused() {
        Signal always = Signals.intel("A", 0, 8, false);
        Signal orphan = Signals.when(Signals.intel("B", 8, 8, false), "C", 0);
        assertThrows(IllegalArgumentException.class, () -> decode("0000", always, orphan));
        Signal circle = Signals.when(Signals.intel("A", 8, 8, false), "A", 0);
        assertThrows(IllegalArgumentException.class, () -> decode("0000", always, circle));
    }

    @Test
    void aLengthByteThatTheDatabaseCountsIsNoPartOfThePayload() {
        Message message =
                Signals.message(
                        ID,
                        70,
                        Signals.intel("LENGTH", 0, 8, false),
                        Signals.motorola("SID", 15, 8, false),
                        Signals.intel("LAST", 8 * 70, 8, false));
        Catalogue catalogue =
                Catalogue.of(
                        List.of(
                                new CatalogueBus(
                                        "bus",
                                        Matching.EXACT,
                                        Transport.ISO_TP_LENGTH_BYTE,
                                        new Dbc("test", "", List.of(message)))));
        Decoder decoder = Decoder.of(catalogue);
        var sink = new CollectingSink(catalogue);
        byte[] payload = new byte[70];
        payload[0] = 0x62;
        payload[69] = 0x17;
        assertEquals(Outcome.DECODED, decoder.decodeMessage(0, 0x123, 0, payload, 0, 70, sink));
        assertEquals(Map.of("SID", 0x62L, "LAST", 0x17L), sink.raw);
        assertEquals(Outcome.TRANSPORT, decoder.decode(0, 0x123, 0, payload, 0, 8, sink));
        assertEquals(Outcome.UNKNOWN_ID, decoder.decodeMessage(0, 0x124, 0, payload, 0, 70, sink));
    }

    @Test
    void aStandardAndAnExtendedIdentifierOfOneNumberAreTwoMessages() {
        Signal signal = Signals.intel("A", 0, 8, false);
        Catalogue catalogue =
                Signals.catalogue(
                        Matching.EXACT,
                        Signals.message(FrameId.standard(5), 1, signal),
                        Signals.message(FrameId.extended(6), 1, signal));
        var sink = new CollectingSink(catalogue);
        Decoder decoder = Decoder.of(catalogue);
        byte[] data = {1};
        int extended = FrameFlags.EXTENDED;
        assertEquals(Outcome.DECODED, decoder.decode(0, 5, 0, data, 0, 1, sink));
        assertEquals(Outcome.UNKNOWN_ID, decoder.decode(0, 5, extended, data, 0, 1, sink));
        assertEquals(Outcome.UNKNOWN_ID, decoder.decode(0, 6, 0, data, 0, 1, sink));
        sink.clear();
        assertEquals(Outcome.DECODED, decoder.decode(0, 6, extended, data, 0, 1, sink));
        assertEquals(Outcome.UNKNOWN_ID, decoder.decode(-1, 5, 0, data, 0, 1, sink));
        int remote = FrameFlags.REMOTE;
        assertEquals(Outcome.NO_DATA, decoder.decode(0, 5, remote, data, 0, 1, sink));
    }

    @Test
    void j1939MatchesByGroupWhateverPrioritySourceAndDestination() {
        Signal signal = Signals.intel("A", 0, 8, false);
        Message addressed = Signals.message(FrameId.extended(0x0CEA00FE), 3, signal);
        Message broadcast = Signals.message(FrameId.extended(0x0CF004FE), 8, signal);
        Catalogue catalogue = Signals.catalogue(Matching.J1939, addressed, broadcast);
        Decoder decoder = Decoder.of(catalogue);
        record Case(int id, int signal) {}
        for (Case one :
                List.of(
                        new Case(0x18EAFF00, 0),
                        new Case(0x0CEA2117, 0),
                        new Case(0x0CF00400, 1),
                        new Case(0x18F004A3, 1),
                        new Case(0x18F00500, -1),
                        new Case(0x19F00400, -1),
                        new Case(0x18EB0000, -1))) {
            int[] given = {-1};
            SignalSink sink =
                    new SignalSink() {
                        @Override
                        public void onLong(int index, long raw) {
                            given[0] = index;
                        }

                        @Override
                        public void onDouble(int index, double raw) {}
                    };
            decoder.decode(0, one.id(), FrameFlags.EXTENDED, new byte[8], 0, 8, sink);
            assertEquals(one.signal(), given[0], () -> Integer.toHexString(one.id()));
        }
    }
}
