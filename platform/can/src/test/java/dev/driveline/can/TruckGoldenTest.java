package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A J1939 truck and its GPS bus, against cantools.
 *
 * <p>The oracle matches j1939.dbc with one mask, 0x3FFFF00, which is right for PDU2; we match by
 * PGN, which would find PDU1 messages too. In this log the only PDU1 frames are those of the
 * transport protocol (EC00, EB00), which are no messages by themselves, so both decode the same
 * frames: there is none more to account for, and {@link GoldenDrive#compareEveryFrame} fails at the
 * first.
 */
final class TruckGoldenTest {
    private static final int GOLDEN_LINES = 54_118;

    @Test
    void everyFrameOfTheLogDecodesAsTheOracleSays() throws IOException {
        var drive =
                new GoldenDrive(
                        "truck",
                        Catalogue.of(
                                List.of(
                                        GoldenDrive.bus("can1", Matching.J1939, "truck/j1939.dbc"),
                                        GoldenDrive.bus(
                                                "can2", Matching.EXACT, "truck/canmod-gps.dbc"))));
        drive.compareEveryFrame();
        drive.compareSummary();
        assertEquals(GOLDEN_LINES, drive.compared);
        assertEquals(
                Map.of(
                        "can1 PGN 0EB00", 531,
                        "can1 PGN 0EC00", 152,
                        "can1 PGN 0FCC5", 252,
                        "can1 PGN 0FCE1", 1_272,
                        "can1 PGN 0FCFD", 1_272,
                        "can1 PGN 0FD20", 252),
                drive.unknown);
        RecordedData.reportGolden("truck", drive.compared);
    }

    /**
     * The oracle decodes frames only, so what the log's broadcasts hold is said by their bytes: EC1
     * has 25 fields of one or two bytes, least significant first, in a row. DM1 is not described.
     */
    @Test
    void broadcastsArePutTogetherAndDecoded() throws IOException {
        Catalogue catalogue =
                Catalogue.of(List.of(GoldenDrive.bus("can1", Matching.J1939, "truck/j1939.dbc")));
        Decoder decoder = Decoder.of(catalogue);
        Reassembly reassembly = decoder.newReassembly();
        var collected = new CollectedMessages();
        try (var log = CandumpReader.open(RecordedData.file("truck/log.gz"))) {
            while (log.next()) {
                reassembly.accept(
                        catalogue.busIndex(log.bus()),
                        log.id(),
                        log.flags(),
                        log.data(),
                        0,
                        log.length(),
                        log.timeUs(),
                        collected);
            }
        }
        assertEquals(List.of(), collected.losses);
        assertTrue(reassembly.isEmpty());
        List<CollectedMessages.Collected> configurations =
                collected.messages.stream().filter(one -> one.id() == 0x1CFEE300).toList();
        assertEquals(25, configurations.size());
        assertEquals(
                127, collected.messages.stream().filter(one -> one.id() == 0x1CFECA00).count());
        assertEquals(152, collected.messages.size());
        CollectedMessages.Collected first = configurations.getFirst();
        assertEquals(1_635_188_457_419_000L, first.startUs());
        assertEquals(
                "5014bd32418c201cdfc02be15834d3a041ffff5209e0470341d07de13041bc03ffff80e0ffffff",
                first.payload());
        for (CollectedMessages.Collected one : configurations) {
            byte[] bytes = HexFormat.of().parseHex(one.payload());
            var values = new CollectingSink(catalogue);
            assertEquals(
                    Outcome.DECODED,
                    decoder.decodeMessage(
                            0, one.id(), one.flags(), bytes, 0, bytes.length, values));
            assertEquals(
                    Long.valueOf((bytes[0] & 0xFF) | (bytes[1] & 0xFF) << 8),
                    values.raw.get("Engine Speed At Idle, Point 1 (Engine Configuration)"));
            assertEquals(
                    Long.valueOf(bytes[2] & 0xFF),
                    values.raw.get(
                            "Engine Percent Torque At Idle, Point 1 (Engine Configuration)"));
            assertEquals(
                    5_200L, values.raw.get("Engine Speed At Idle, Point 1 (Engine Configuration)"));
            assertEquals(0x3458L, values.raw.get("Engine Speed At Point 5 (Engine Configuration)"));
            assertEquals(0x0952L, values.raw.get("Engine Reference Torque (Engine Configuration)"));
            assertEquals(27, values.raw.size());
        }
    }
}
