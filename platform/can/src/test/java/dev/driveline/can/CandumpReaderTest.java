package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CandumpReaderTest {
    private static CandumpReader reader(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return CandumpReader.of(new ByteArrayInputStream(bytes), "drive.log");
    }

    private static Frame only(String line) throws IOException {
        try (CandumpReader reader = reader(line)) {
            assertTrue(reader.next(), line);
            Frame frame = reader.frame();
            assertFalse(reader.next(), line);
            return frame;
        }
    }

    private static Frame frame(long timeUs, FrameId id, int flags, int... data) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            bytes[i] = (byte) data[i];
        }
        return Frame.of(timeUs, "can0", id, flags, bytes);
    }

    @Test
    void everyKindOfLine() throws IOException {
        FrameId standard = FrameId.standard(0x260);
        FrameId extended = FrameId.extended(0x18FEF100);
        long time = 1_533_201_287_000_013L;
        String head = "(1533201287.000013) can0 ";
        assertEquals(frame(time, standard, 0, 8, 0xFF), only(head + "260#08FF\n"));
        assertEquals(frame(time, standard, 0, 8, 0xFF), only(head + "260#08ff\r\n"));
        assertEquals(frame(time, standard, 0), only(head + "260#"));
        assertEquals(frame(time, extended, 0, 1), only(head + "18FEF100#01"));
        assertEquals(frame(time, standard, FrameFlags.REMOTE), only(head + "260#R8"));
        assertEquals(
                frame(time, standard, FrameFlags.FD | FrameFlags.BIT_RATE_SWITCH, 1, 2),
                only(head + "260##10102"));
        assertEquals(
                frame(time, FrameId.extended(4), FrameFlags.ERROR, 0), only(head + "20000004#00"));
        assertEquals(frame(time, standard, FrameFlags.TRANSMIT, 1), only(head + "260#01 T"));
        assertEquals(frame(time, standard, 0, 1), only(head + "260#01 R"));
        assertEquals(frame(166_064_000L, standard, 0), only("(166.064) can0 260#"));
        assertEquals(frame(166_064_123L, standard, 0), only("(166.064123999) can0 260#"));
        assertEquals(64, only(head + "260##0" + "AB".repeat(64)).data().length);
    }

    @Test
    void aFaultNamesFileAndLineAndReadingGoesOn() throws IOException {
        String good = "(1.0) can0 123#00\n";
        for (String bad :
                List.of(
                        "123#00",
                        "(x.0) can0 123#00",
                        "(99999999999999999999.0) can0 123#00",
                        "(1.) can0 123#00",
                        "(1.0)  123#00",
                        "(1.0) can0 12#00",
                        "(1.0) can0 800#00",
                        "(1.0) can0 FFFFFFFF#00",
                        "(1.0) can0 123#0",
                        "(1.0) can0 123#0G",
                        "(1.0) can0 123#001122334455667788",
                        "(1.0) can0 123##0" + "00".repeat(65),
                        "(1.0) can0 123#00 and more")) {
            try (CandumpReader reader = reader(good + "\n" + bad + "\n" + good)) {
                assertTrue(reader.next());
                var fault = assertThrows(CandumpFormatException.class, reader::next, bad);
                assertTrue(
                        fault.getMessage().matches("drive.log:3:[1-9][0-9]*: (no|unexpected) .*"),
                        fault::getMessage);
                assertTrue(reader.next());
                assertEquals(4, reader.lineNumber());
                assertFalse(reader.next());
            }
        }
    }

    @Test
    void gzipIsRecognisedByItsFirstBytes(@TempDir Path folder) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write("(1.5) can0 123#01\n".repeat(20_000).getBytes(StandardCharsets.UTF_8));
        }
        Path file = folder.resolve("drive.log");
        Files.write(file, packed.toByteArray());
        try (var reader = CandumpReader.open(file)) {
            int frames = 0;
            var names = new ArrayList<String>();
            while (reader.next()) {
                frames++;
                names.add(reader.bus());
                assertArrayEquals(new byte[] {1}, reader.frame().data());
            }
            assertEquals(20_000, frames);
            assertSame(names.getFirst(), names.getLast());
        }
        Files.write(file, new byte[0]);
        try (var reader = CandumpReader.open(file)) {
            assertFalse(reader.next());
        }
    }
}
