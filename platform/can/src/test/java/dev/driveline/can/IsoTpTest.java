package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences by the rules of ISO 15765-2:2016 §9. */
final class IsoTpTest {
    private static final int FIRST = 0x7E8;
    private static final int SECOND = 0x7E9;
    private static final long STEP_US = 10_000;
    private static final Catalogue CATALOGUE = catalogue();

    private final Reassembly reassembly = Decoder.of(CATALOGUE).newReassembly();
    private final CollectedMessages collected = new CollectedMessages();
    private long nowUs = 1_000_000_000;

    private static Catalogue catalogue() {
        Signal last = Signals.intel("Last", 8 * 4_094, 8, false);
        return Catalogue.of(
                List.of(
                        new CatalogueBus(
                                "diag",
                                Matching.EXACT,
                                Transport.ISO_TP,
                                new Dbc(
                                        "test",
                                        "",
                                        List.of(
                                                Signals.message(
                                                        FrameId.standard(FIRST), 4_095, last),
                                                Signals.message(FrameId.standard(SECOND), 20, last),
                                                Signals.message(
                                                        FrameId.standard(0x100),
                                                        8,
                                                        Signals.intel("A", 0, 8, false)))))));
    }

    private void frame(int id, String payload) {
        nowUs += STEP_US;
        byte[] bytes = HexFormat.of().parseHex(payload);
        reassembly.accept(0, id, 0, bytes, 0, bytes.length, nowUs, collected);
    }

    private List<String> payloads() {
        return collected.messages.stream().map(CollectedMessages.Collected::payload).toList();
    }

    @Test
    void aSingleFrameIsAMessage() {
        frame(FIRST, "03621234AAAAAAAA");
        assertEquals(List.of("621234"), payloads());
        frame(FIRST, "0009" + "010203040506070809" + "CC");
        assertEquals("010203040506070809", payloads().getLast());
        assertEquals(nowUs, collected.messages.getLast().startUs());
        assertEquals(List.of(), collected.faults());
    }

    @Test
    void firstAndConsecutiveFramesOfTwoSendersAtOnce() {
        frame(FIRST, "100A010203040506");
        long startUs = nowUs;
        frame(SECOND, "1008111213141516");
        frame(FIRST, "3000000000000000");
        frame(SECOND, "211718AAAAAAAAAA");
        frame(FIRST, "210708090AAAAAAA");
        assertEquals(List.of("1112131415161718", "0102030405060708090a"), payloads());
        assertEquals(startUs, collected.messages.getLast().startUs());
        assertEquals(FIRST, collected.messages.getLast().id());
        assertEquals(List.of(), collected.faults());
        assertTrue(reassembly.isEmpty());
    }

    @Test
    void theLongestMessageAndNumbersThatGoRoundInCanFdFrames() {
        var all = new StringBuilder();
        for (int i = 0; i < Message.MAX_BYTES; i++) {
            all.append("%02x".formatted(i * 31 & 0xFF));
        }
        frame(FIRST, "1FFF" + all.substring(0, 2 * 62));
        int number = 1;
        for (int at = 62; at < Message.MAX_BYTES; at += 63) {
            int end = Math.min(at + 63, Message.MAX_BYTES);
            frame(FIRST, "2%x".formatted(number) + all.substring(2 * at, 2 * end));
            number = (number + 1) % 16;
        }
        assertEquals(List.of(all.toString()), payloads());
        byte[] bytes = HexFormat.of().parseHex(all);
        var sink = new CollectingSink(CATALOGUE);
        assertEquals(
                Outcome.DECODED,
                Decoder.of(CATALOGUE).decodeMessage(0, FIRST, 0, bytes, 0, bytes.length, sink));
        assertEquals(4_094L * 31 & 0xFF, sink.raw.get("Last"));
    }

    @Test
    void everyFaultHasAName() {
        frame(FIRST, "2101020304050607");
        assertEquals(TransportFault.NO_START, collected.faults().getLast());
        frame(FIRST, "1014010203040506");
        frame(FIRST, "2201020304050607");
        assertEquals(TransportFault.SEQUENCE, collected.faults().getLast());
        frame(FIRST, "1014010203040506");
        frame(FIRST, "1014010203040506");
        assertEquals(TransportFault.REPLACED, collected.faults().getLast());
        nowUs += 1_000_000;
        frame(FIRST, "2101020304050607");
        assertEquals(TransportFault.TIMEOUT, collected.faults().getLast());
        frame(FIRST, "1014010203040506");
        frame(FIRST, "21010203");
        assertEquals(TransportFault.MALFORMED, collected.faults().getLast());
        frame(FIRST, "1000000010000102");
        assertEquals(TransportFault.TOO_LONG, collected.faults().getLast());
        for (String malformed : List.of("00", "0801020304050607", "10", "1006010203040506", "40")) {
            int before = collected.losses.size();
            frame(FIRST, malformed);
            assertEquals(TransportFault.MALFORMED, collected.faults().getLast(), malformed);
            assertEquals(before + 1, collected.losses.size(), malformed);
        }
        assertEquals(List.of(), payloads());
        assertTrue(reassembly.isEmpty());
    }

    @Test
    void whatStandsStillIsGivenUp() {
        frame(FIRST, "1014010203040506");
        reassembly.expire(nowUs + 1_000_000, collected);
        assertEquals(List.of(), collected.faults());
        reassembly.expire(nowUs + 1_000_001, collected);
        assertEquals(List.of(TransportFault.TIMEOUT), collected.faults());
        assertTrue(reassembly.isEmpty());
    }

    @Test
    void framesOfNoTransportAreIgnored() {
        frame(0x100, "1014010203040506");
        frame(0x7FF, "1014010203040506");
        reassembly.accept(-1, FIRST, 0, new byte[8], 0, 8, nowUs, collected);
        reassembly.accept(0, FIRST, FrameFlags.REMOTE, new byte[8], 0, 8, nowUs, collected);
        assertTrue(reassembly.isEmpty());
        assertEquals(List.of(), collected.faults());
    }
}
