package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameEncoderTest {
    private static final FrameId ID = FrameId.standard(1);
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private static String put(int bytes, Signal signal, long raw) {
        byte[] payload = new byte[bytes];
        FrameEncoder.putRaw(payload, signal, raw);
        return HEX.formatHex(payload);
    }

    @Test
    void vectorsCalculatedByHand() {
        assertEquals("3412", put(2, Signals.intel("A", 0, 16, false), 0x1234));
        assertEquals("1234", put(2, Signals.motorola("A", 7, 16, false), 0x1234));
        assertEquals("2003", put(2, Signals.intel("A", 4, 8, false), 0x32));
        assertEquals("0320", put(2, Signals.motorola("A", 3, 8, false), 0x32));
        assertEquals("E001", put(2, Signals.intel("A", 4, 5, true), -2));
        assertEquals("0780", put(2, Signals.motorola("A", 2, 4, true), -1));
        assertEquals("FFFFFFFFFFFFFFFF", put(8, Signals.intel("A", 0, 64, false), -1));
    }

    @Test
    void othersBitsStay() {
        byte[] payload = {-1, -1};
        FrameEncoder.putRaw(payload, Signals.motorola("A", 3, 8, false), 0);
        assertEquals("F00F", HEX.formatHex(payload));
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        byte[] payload = new byte[2];
        Signal signal = Signals.intel("Speed", 0, 8, false);
        var high =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> FrameEncoder.putRaw(payload, signal, 256));
        assertEquals(
                "value 256 does not fit in signal Speed: INTEGER, 8 bits, unsigned",
                high.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> FrameEncoder.putRaw(payload, signal, -1));
        assertThrows(
                IllegalArgumentException.class,
                () -> FrameEncoder.putPhysical(payload, signal, Double.NaN));
        assertThrows(
                IllegalArgumentException.class,
                () -> FrameEncoder.putRaw(payload, Signals.intel("A", 9, 8, false), 1));
    }

    @Test
    void physicalValuesAndTheSelectedBranch() {
        Message message =
                Signals.message(
                        ID,
                        4,
                        Signals.intel("MUX", 0, 8, false),
                        Signals.scaled(Signals.motorola("T", 15, 8, false), 0.5, -40, 0, 0),
                        Signals.when(Signals.intel("A", 16, 8, false), "MUX", 1),
                        Signals.when(Signals.intel("A", 24, 8, false), "MUX", 2));
        FrameEncoder encoder = FrameEncoder.of(message);
        assertEquals(
                "017B0900", HEX.formatHex(encoder.encode(Map.of("A", 9.0, "MUX", 1.0, "T", 21.5))));
        assertEquals("02000009", HEX.formatHex(encoder.encode(Map.of("A", 9.0, "MUX", 2.0))));
        var absent =
                assertThrows(
                        IllegalArgumentException.class, () -> encoder.encode(Map.of("A", 9.0)));
        assertTrue(absent.getMessage().contains("branch"), absent::getMessage);
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(Map.of("B", 9.0)));
    }

    @Test
    void cascadesAreWrittenFromTheTop() {
        Message message =
                Signals.message(
                        ID,
                        4,
                        Signals.when(Signals.intel("A", 24, 8, false), "SUB", 3),
                        Signals.when(Signals.intel("SUB", 8, 8, false), "KIND", 1),
                        Signals.when(Signals.intel("SUB", 16, 8, false), "KIND", 2),
                        Signals.intel("KIND", 0, 8, true));
        FrameEncoder encoder = FrameEncoder.of(message);
        assertEquals(
                "01030009",
                HEX.formatHex(encoder.encode(Map.of("A", 9.0, "KIND", 1.0, "SUB", 3.0))));
        assertEquals(
                "02000309",
                HEX.formatHex(encoder.encode(Map.of("A", 9.0, "KIND", 2.0, "SUB", 3.0))));
        assertThrows(
                IllegalArgumentException.class,
                () -> encoder.encode(Map.of("A", 9.0, "KIND", 2.0, "SUB", 4.0)));
        assertThrows(
                IllegalArgumentException.class,
                () -> encoder.encode(Map.of("A", 9.0, "KIND", 3.0)));
    }

    @Test
    void whatIsNotNamedHasItsStartValue() {
        String text =
                """
                BO_ 1 M: 2 E
                 SG_ T : 0|8@1+ (0.5,-40) [0|0] "" E
                 SG_ U : 8|8@1+ (1,0) [0|0] "" E
                BA_ "GenSigStartValue" SG_ 1 T 80;
                """;
        Message message = DbcParser.parse(text, "test.dbc").model().messages().getFirst();
        FrameEncoder encoder = FrameEncoder.of(message);
        assertEquals("5003", HEX.formatHex(encoder.encode(Map.of("U", 3.0))));
        assertEquals("5100", HEX.formatHex(encoder.encode(Map.of("T", 0.5))));
    }

    @Test
    void whatIsEncodedIsDecoded() {
        for (long seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            int bytes = random.nextInt(5) == 0 ? 64 : 1 + random.nextInt(8);
            Signal signal = randomSignal(random, bytes);
            byte[] payload = new byte[bytes];
            random.nextBytes(payload);
            Catalogue catalogue =
                    Signals.catalogue(Matching.EXACT, Signals.message(ID, bytes, signal));
            var sink = new CollectingSink(catalogue);
            if (signal.isFloat()) {
                double value = random.nextInt();
                FrameEncoder.putPhysical(payload, signal, (float) value);
                decode(catalogue, payload, sink);
                assertEquals((double) (float) value, sink.raw.get("S"), "seed " + seed);
            } else {
                int unused = 64 - signal.length();
                long bits = random.nextLong();
                long raw = signal.signed() ? bits << unused >> unused : bits << unused >>> unused;
                FrameEncoder.putRaw(payload, signal, raw);
                decode(catalogue, payload, sink);
                assertEquals(raw, sink.raw.get("S"), "seed " + seed + " " + signal);
            }
        }
    }

    private static void decode(Catalogue catalogue, byte[] payload, CollectingSink sink) {
        Decoder.of(catalogue).decode(0, 1, 0, payload, 0, payload.length, sink);
    }

    private static Signal randomSignal(Random random, int bytes) {
        ByteOrder order = random.nextBoolean() ? ByteOrder.INTEL : ByteOrder.MOTOROLA;
        int kind = random.nextInt(10);
        int length = 1 + random.nextInt(Math.min(64, bytes * 8));
        if (kind < 2 && bytes >= 8) {
            length = kind == 0 ? 32 : 64;
        }
        int first = random.nextInt(bytes * 8 - length + 1);
        int start = order == ByteOrder.INTEL ? first : 8 * (first / 8) + 7 - first % 8;
        if (kind < 2 && bytes >= 8) {
            ValueType type = kind == 0 ? ValueType.FLOAT : ValueType.DOUBLE;
            return Signals.floating("S", start, order, type);
        }
        return order == ByteOrder.INTEL
                ? Signals.intel("S", start, length, random.nextBoolean())
                : Signals.motorola("S", start, length, random.nextBoolean());
    }
}
