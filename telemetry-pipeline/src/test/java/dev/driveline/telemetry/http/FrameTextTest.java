package dev.driveline.telemetry.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.CandumpReader;
import dev.driveline.can.FrameFlags;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.frame.RecordedFrame;
import dev.driveline.testkit.Trials;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FrameTextTest {

    private static final FrameBatch.Place PLACE = new FrameBatch.Place(0, 1, 1, 0);

    private static String candump(RecordedFrame frame) {
        StringBuilder line = new StringBuilder();
        FrameText.CANDUMP.line(frame, line);
        return line.toString();
    }

    @Test
    void aLineIsWhatCandumpWrites() {
        byte[] data = {0x08, (byte) 0xFF};
        assertEquals(
                "(1533201287.000000) can0 260#08FF\n",
                candump(new RecordedFrame(PLACE, 1_533_201_287_000_000L, "can0", 0x260, 0, data)));
        assertEquals(
                "(0000000000.000007) vcan1 00000001##108FF T\n",
                candump(
                        new RecordedFrame(
                                PLACE,
                                7,
                                "vcan1",
                                1,
                                FrameFlags.EXTENDED
                                        | FrameFlags.FD
                                        | FrameFlags.BIT_RATE_SWITCH
                                        | FrameFlags.TRANSMIT,
                                data)));
        assertEquals(
                "(0000000001.000000) can0 001#R\n",
                candump(
                        new RecordedFrame(
                                PLACE, 1_000_000, "can0", 1, FrameFlags.REMOTE, new byte[0])));
    }

    @Test
    void whatIsWrittenIsReadAsItWas() {
        Trials.of(31)
                .run(
                        300,
                        random -> {
                            int flags =
                                    random.oneOf(
                                            List.of(
                                                    0,
                                                    FrameFlags.EXTENDED,
                                                    FrameFlags.FD,
                                                    FrameFlags.FD
                                                            | FrameFlags.BIT_RATE_SWITCH
                                                            | FrameFlags.EXTENDED,
                                                    FrameFlags.TRANSMIT,
                                                    FrameFlags.ERROR | FrameFlags.EXTENDED));
                            boolean wide = (flags & FrameFlags.EXTENDED) != 0;
                            byte[] data =
                                    random.bytes(
                                            (flags & FrameFlags.FD) != 0
                                                    ? 64
                                                    : random.nextInt(0, 9));
                            RecordedFrame frame =
                                    new RecordedFrame(
                                            PLACE,
                                            random.nextLong(1L << 52),
                                            "can" + random.nextInt(3),
                                            random.nextInt(wide ? 1 << 29 : 1 << 11),
                                            flags,
                                            data);
                            String line = candump(frame);
                            random.note(line);
                            try (CandumpReader log =
                                    CandumpReader.of(
                                            new ByteArrayInputStream(
                                                    line.getBytes(StandardCharsets.US_ASCII)),
                                            "drawn")) {
                                assertTrue(log.next());
                                assertEquals(frame.tUs(), log.timeUs());
                                assertEquals(frame.bus(), log.bus());
                                assertEquals(frame.id(), log.id());
                                assertEquals(frame.flags(), log.flags());
                                assertArrayEquals(
                                        frame.data(), Arrays.copyOf(log.data(), log.length()));
                            }
                        });
    }
}
