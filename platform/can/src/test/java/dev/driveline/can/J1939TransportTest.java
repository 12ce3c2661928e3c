package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences by the rules of SAE J1939-21 §5.10. */
final class J1939TransportTest {
    private static final String BROADCAST_14 = "200E0002FFCAFE00";
    private static final String REQUEST_20 = "10140003FF00EF00";

    private final Reassembly reassembly = Decoder.of(catalogue()).newReassembly();
    private final CollectedMessages collected = new CollectedMessages();
    private long nowUs = 1_000_000_000;

    private static Catalogue catalogue() {
        return Signals.catalogue(
                Matching.J1939,
                Signals.message(FrameId.extended(0x18FECAFE), 20, Signals.intel("A", 0, 8, false)));
    }

    private void control(int source, int destination, String payload) {
        frame(0x1CEC0000 | destination << 8 | source, payload);
    }

    private void data(int source, int destination, String payload) {
        frame(0x1CEB0000 | destination << 8 | source, payload);
    }

    private void frame(int id, String payload) {
        nowUs += 50_000;
        byte[] bytes = HexFormat.of().parseHex(payload);
        reassembly.accept(0, id, FrameFlags.EXTENDED, bytes, 0, bytes.length, nowUs, collected);
    }

    @Test
    void broadcastsOfTwoSourcesAtOnce() {
        control(0x00, 0xFF, BROADCAST_14);
        long startUs = nowUs;
        control(0x21, 0xFF, "20090002FFE3FE00");
        data(0x00, 0xFF, "0101020304050607");
        data(0x21, 0xFF, "0111121314151617");
        data(0x00, 0xFF, "0208090A0B0C0D0E");
        data(0x21, 0xFF, "021819FFFFFFFFFF");
        assertEquals(
                List.of(
                        new CollectedMessages.Collected(
                                0,
                                0x1CFECA00,
                                FrameFlags.EXTENDED,
                                startUs,
                                "0102030405060708090a0b0c0d0e"),
                        new CollectedMessages.Collected(
                                0,
                                0x1CFEE321,
                                FrameFlags.EXTENDED,
                                startUs + 50_000,
                                "111213141516171819")),
                collected.messages);
        assertEquals(List.of(), collected.faults());
        assertTrue(reassembly.isEmpty());
    }

    /** The receiver takes two packets, asks for the second again, pauses, and takes the rest. */
    @Test
    void aMessageToOneNodeWithAPacketRepeated() {
        control(0x27, 0x00, REQUEST_20);
        control(0x00, 0x27, "110201FFFF00EF00");
        data(0x27, 0x00, "0101020304050607");
        data(0x27, 0x00, "02FFFFFFFFFFFFFF");
        control(0x00, 0x27, "110002FFFF00EF00");
        nowUs += 1_000_000;
        control(0x00, 0x27, "110202FFFF00EF00");
        data(0x27, 0x00, "0208090A0B0C0D0E");
        data(0x27, 0x00, "030F1011121314FF");
        control(0x00, 0x27, "13140003FF00EF00");
        assertEquals(List.of(), collected.faults());
        assertEquals(
                "0102030405060708090a0b0c0d0e0f1011121314",
                collected.messages.getFirst().payload());
        // A group of PDU1: the destination stands in the identifier.
        assertEquals(0x1CEF0027, collected.messages.getFirst().id());
        assertEquals(1, collected.messages.size());
    }

    @Test
    void oneSourceToTwoNodesAndToAllAtOnce() {
        control(0x27, 0x00, REQUEST_20);
        control(0x27, 0x03, REQUEST_20);
        control(0x27, 0xFF, BROADCAST_14);
        for (int packet = 1; packet <= 3; packet++) {
            data(0x27, 0x00, "0" + packet + "01010101010101");
            data(0x27, 0x03, "0" + packet + "02020202020202");
            if (packet < 3) {
                data(0x27, 0xFF, "0" + packet + "03030303030303");
            }
        }
        assertEquals(
                List.of(0x1CFECA27, 0x1CEF0027, 0x1CEF0327),
                collected.messages.stream().map(CollectedMessages.Collected::id).toList());
        assertEquals("02".repeat(20), collected.messages.getLast().payload());
        assertEquals(List.of(), collected.faults());
    }

    @Test
    void theLongestMessage() {
        control(0x00, 0xFF, "20F906FFFFCAFE00");
        for (int packet = 1; packet <= 255; packet++) {
            data(0x00, 0xFF, "%02X".formatted(packet) + "%02X".formatted(packet).repeat(7));
        }
        assertEquals(
                2 * J1939Transport.MAX_BYTES, collected.messages.getFirst().payload().length());
        assertTrue(collected.messages.getFirst().payload().endsWith("ff".repeat(7)));
    }

    @Test
    void everyFaultHasAName() {
        data(0x00, 0xFF, "0101020304050607");
        assertEquals(TransportFault.NO_START, collected.faults().getLast());
        control(0x00, 0xFF, BROADCAST_14);
        data(0x00, 0xFF, "0201020304050607");
        assertEquals(TransportFault.SEQUENCE, collected.faults().getLast());
        control(0x00, 0xFF, BROADCAST_14);
        control(0x00, 0xFF, BROADCAST_14);
        assertEquals(TransportFault.REPLACED, collected.faults().getLast());
        nowUs += 750_000;
        data(0x00, 0xFF, "0101020304050607");
        assertEquals(TransportFault.TIMEOUT, collected.faults().getLast());
        control(0x27, 0x00, REQUEST_20);
        control(0x00, 0x27, "FF03FFFFFF00EF00");
        assertEquals(TransportFault.ABORTED, collected.faults().getLast());
        control(0x27, 0x00, REQUEST_20);
        control(0x27, 0x00, "FF03FFFFFF00EF00");
        assertEquals(TransportFault.ABORTED, collected.faults().getLast());
        control(0x27, 0x00, REQUEST_20);
        data(0x27, 0x00, "0101020304050607");
        // Acknowledged, but we did not hear all of it.
        control(0x00, 0x27, "13140003FF00EF00");
        assertEquals(TransportFault.SEQUENCE, collected.faults().getLast());
        control(0x00, 0xFF, "20FA06FFFFCAFE00");
        assertEquals(TransportFault.TOO_LONG, collected.faults().getLast());
        for (String malformed :
                List.of("200E0003FFCAFE00", "20080002FFCAFE00", "100E0002FFCAFE00", "200E", "63")) {
            int before = collected.losses.size();
            control(0x00, 0xFF, malformed);
            assertEquals(TransportFault.MALFORMED, collected.faults().getLast(), malformed);
            assertEquals(before + 1, collected.losses.size(), malformed);
        }
        assertEquals(List.of(), collected.messages);
        assertTrue(reassembly.isEmpty());
    }

    @Test
    void theOneThatStoodStillLongestMakesRoom() {
        for (int source = 0; source <= Sessions.MAX; source++) {
            byte[] announced = HexFormat.of().parseHex(BROADCAST_14);
            reassembly.accept(
                    0, 0x1CECFF00 | source, FrameFlags.EXTENDED, announced, 0, 8, nowUs, collected);
        }
        assertEquals(
                List.of(new CollectedMessages.Loss(0x1CFECA00, TransportFault.NO_ROOM)),
                collected.losses);
        assertTrue(reassembly.toBytes().length <= SessionForm.MAX_BYTES);
    }
}
