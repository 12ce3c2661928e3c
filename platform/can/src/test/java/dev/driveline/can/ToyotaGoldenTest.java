package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A minute of a Toyota RAV4, two buses, against cantools. */
final class ToyotaGoldenTest {
    private static final int GOLDEN_LINES = 77_983;

    @Test
    void everyFrameOfTheDriveDecodesAsTheOracleSays() throws IOException {
        var drive =
                new GoldenDrive(
                        "toyota",
                        Catalogue.of(
                                List.of(
                                        GoldenDrive.bus(
                                                "can0",
                                                Matching.EXACT,
                                                "toyota/toyota_new_mc_pt_generated.dbc"),
                                        GoldenDrive.bus(
                                                "can1",
                                                Matching.EXACT,
                                                "toyota/toyota_adas.dbc"))));
        drive.compareEveryFrame();
        drive.compareSummary();
        assertEquals(GOLDEN_LINES, drive.compared);
        RecordedData.reportGolden("toyota", drive.compared);
    }
}
