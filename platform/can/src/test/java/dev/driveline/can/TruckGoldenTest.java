package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A J1939 truck and its GPS bus, against cantools.
 *
 * <p>The oracle matches j1939.dbc with one mask, 0x3FFFF00, which is right for PDU2; we match by
 * PGN, which would find PDU1 messages too. In this log the only PDU1 frames are those of the
 * transport protocol (EC00, EB00), for which the database has no message, so both decode the same
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
}
