package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is under way: its bytes, its bounds, and whatever comes in. */
final class ReassemblyTest {
    private static final Catalogue CATALOGUE =
            Catalogue.of(
                    List.of(
                            new CatalogueBus(
                                    "diag",
                                    Matching.EXACT,
                                    Transport.ISO_TP,
                                    dbc(FrameId.standard(1), FrameId.standard(2))),
                            new CatalogueBus(
                                    "truck",
                                    Matching.J1939,
                                    Transport.ISO_TP,
                                    dbc(FrameId.extended(0x18DAF100)))));
    private static final Decoder DECODER = Decoder.of(CATALOGUE);

    private static Dbc dbc(FrameId... ids) {
        return new Dbc(
                "test",
                "",
                Arrays.stream(ids)
                        .map(id -> Signals.message(id, 20, Signals.intel("A", 0, 8, false)))
                        .toList());
    }

    /** Frames that are often what a transport expects, and often not. */
    private static void feed(Reassembly reassembly, Random random, long nowUs, MessageSink sink) {
        int bus = random.nextInt(2);
        byte[] data = new byte[random.nextInt(4) == 0 ? random.nextInt(65) : 8];
        random.nextBytes(data);
        int node = random.nextInt(3);
        int id =
                switch (bus) {
                    case 0 -> 1 + random.nextInt(2);
                    default ->
                            switch (random.nextInt(3)) {
                                case 0 ->
                                        0x1CEC0000 | (random.nextBoolean() ? 0xFF00 : 0x200) | node;
                                case 1 ->
                                        0x1CEB0000 | (random.nextBoolean() ? 0xFF00 : 0x200) | node;
                                default -> 0x18DA00F1 | node << 8;
                            };
                };
        if (data.length == 8 && random.nextInt(4) > 0) {
            likely(data, bus, random);
        }
        int flags = bus == 0 ? 0 : FrameFlags.EXTENDED;
        reassembly.accept(bus, id, flags, data, 0, data.length, nowUs, sink);
    }

    private static void likely(byte[] data, int bus, Random random) {
        if (bus == 0) {
            data[0] = (byte) (random.nextBoolean() ? 0x10 : 0x20 + random.nextInt(4));
            data[1] = random.nextBoolean() ? 20 : data[1];
        } else {
            int size = 9 + random.nextInt(20);
            data[0] = (byte) new int[] {16, 17, 19, 32, 32, 1, 2, 3, 255}[random.nextInt(9)];
            data[1] = (byte) size;
            data[2] = 0;
            data[3] = (byte) ((size + 6) / 7);
            data[5] = (byte) 0xCA;
            data[6] = (byte) 0xFE;
            data[7] = 0;
        }
    }

    @Test
    void whateverComesNothingIsThrownAndAStopBetweenTwoFramesChangesNothing() {
        int messages = 0;
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var again = new Random(seed);
            var whole = new CollectedMessages();
            var stopped = new CollectedMessages();
            Reassembly reassembly = DECODER.newReassembly();
            Reassembly other = DECODER.newReassembly();
            long nowUs = 0;
            for (int frame = 0; frame < 200; frame++) {
                nowUs += frame % 50 == 49 ? 2_000_000 : 1_000;
                feed(reassembly, random, nowUs, whole);
                byte[] state = other.toBytes();
                assertTrue(state.length <= SessionForm.MAX_BYTES);
                other = DECODER.newReassembly();
                other.restore(state);
                feed(other, again, nowUs, stopped);
                assertArrayEquals(reassembly.toBytes(), other.toBytes(), "seed " + seed);
            }
            assertEquals(whole.messages, stopped.messages, "seed " + seed);
            assertEquals(whole.losses, stopped.losses, "seed " + seed);
            messages += whole.messages.size();
        }
        assertTrue(messages > 1_000, "only " + messages + " messages came about");
    }

    @Test
    void damagedBytesAreRefusedOrGoOnAndNeverOtherwise() {
        Reassembly reassembly = DECODER.newReassembly();
        var random = new Random(7);
        var sink = new CollectedMessages();
        byte[] good = {};
        for (int frame = 0; frame < 2_000 && good.length < 150; frame++) {
            feed(reassembly, random, frame, sink);
            good = reassembly.toBytes();
        }
        assertTrue(good.length >= 150);
        for (int length = 1; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(
                    IllegalArgumentException.class, () -> DECODER.newReassembly().restore(cut));
        }
        for (long seed = 0; seed < 20_000; seed++) {
            byte[] bad = good.clone();
            var change = new Random(seed);
            bad[change.nextInt(bad.length)] = (byte) change.nextInt();
            Reassembly restored = DECODER.newReassembly();
            try {
                restored.restore(bad);
            } catch (IllegalArgumentException expected) {
                assertTrue(String.valueOf(expected.getMessage()).length() > 10, "seed " + seed);
                continue;
            }
            for (int frame = 0; frame < 20; frame++) {
                feed(restored, change, frame, sink);
            }
        }
    }

    @Test
    void anotherCatalogueGoesOnWithItsBusesAndDropsOthers() {
        Reassembly reassembly = DECODER.newReassembly();
        var sink = new CollectedMessages();
        byte[] first = {0x10, 10, 1, 2, 3, 4, 5, 6};
        byte[] announced = {32, 9, 0, 2, -1, (byte) 0xCA, (byte) 0xFE, 0};
        reassembly.accept(0, 1, 0, first, 0, 8, 0, sink);
        reassembly.accept(1, 0x1CECFF00, FrameFlags.EXTENDED, announced, 0, 8, 0, sink);
        Catalogue other =
                Catalogue.of(
                        List.of(
                                new CatalogueBus("first", Matching.EXACT, dbc(FrameId.standard(9))),
                                new CatalogueBus(
                                        "diag",
                                        Matching.EXACT,
                                        Transport.ISO_TP,
                                        dbc(FrameId.standard(1)))));
        Reassembly later = Decoder.of(other).newReassembly();
        later.restore(reassembly.toBytes());
        byte[] rest = {0x21, 7, 8, 9, 10, 0, 0, 0};
        later.accept(1, 1, 0, rest, 0, 8, 1, sink);
        assertEquals(
                List.of(new CollectedMessages.Collected(1, 1, 0, 0, "0102030405060708090a")),
                sink.messages);
        assertTrue(later.isEmpty());
        assertEquals(0, later.toBytes().length);
    }
}
