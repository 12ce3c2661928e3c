package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nine seconds of a Tesla Model S, against cantools. */
final class TeslaGoldenTest {
    private static final int GOLDEN_LINES = 1_618;

    @Test
    void everyFrameOfTheCaptureDecodesAsTheOracleSays() throws IOException {
        var drive =
                new GoldenDrive(
                        "tesla",
                        Catalogue.of(
                                List.of(
                                        GoldenDrive.bus(
                                                "can0", Matching.EXACT, "tesla/tesla_can.dbc"))));
        drive.compareEveryFrame();
        drive.compareSummary();
        assertEquals(GOLDEN_LINES, drive.compared);
        RecordedData.reportGolden("tesla", drive.compared);
    }
}
