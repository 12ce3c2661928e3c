package dev.driveline.can;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads a log of {@code candump -l}, plain or gzip, frame by frame: {@code (1533201287.000000) can0
 * 260#08FF}. A cursor without an object a frame; {@link #frame} makes one. Not thread-safe.
 *
 * <p>Identifiers of eight digits are extended. {@code #R} is a remote request, {@code ##} CAN FD
 * with a digit of flags; a trailing {@code _F} (a raw length code) and {@code R} or {@code T}
 * (direction) are understood. Times are exact to the microsecond; finer digits are dropped. Source:
 * can-utils, lib.h.
 */
public final class CandumpReader implements Closeable {
    private static final int GZIP_MAGIC_1 = 0x1F;
    private static final int GZIP_MAGIC_2 = 0x8B;
    private static final int MAX_BUSES = 256;

    private final String name;
    private final InputStream in;
    private final LineSource lines;
    private final CandumpLine line = new CandumpLine();
    private final List<String> buses = new ArrayList<>();
    private final List<byte[]> busBytes = new ArrayList<>();
    private long lineNumber;
    private String bus = "";

    private CandumpReader(InputStream in, String name) throws IOException {
        this.name = name;
        this.in = unpacked(in);
        lines = new LineSource(this.in);
    }

    /** Opens a file; close the reader. */
    public static CandumpReader open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new CandumpReader(in, file.toString());
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Reads a stream, which is closed with the reader; the name stands in messages. */
    public static CandumpReader of(InputStream in, String name) throws IOException {
        return new CandumpReader(in, name);
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        var buffered = new BufferedInputStream(raw);
        buffered.mark(2);
        boolean gzip = buffered.read() == GZIP_MAGIC_1 && buffered.read() == GZIP_MAGIC_2;
        buffered.reset();
        return gzip ? new GZIPInputStream(buffered, 64 * 1024) : buffered;
    }

    /**
     * Goes to the next frame; false at the end of the log. Empty lines are skipped. Throws
     * CandumpFormatException at a line that is none; reading can go on behind it.
     */
    public boolean next() throws IOException {
        while (lines.next()) {
            lineNumber++;
            if (lines.start() == lines.end()) {
                continue;
            }
            String fault = line.read(lines.bytes(), lines.start(), lines.end());
            if (!fault.isEmpty()) {
                throw new CandumpFormatException(
                        "%s:%d:%d: %s: %s"
                                .formatted(
                                        name,
                                        lineNumber,
                                        line.stoppedAt() - lines.start() + 1,
                                        fault,
                                        shownLine()));
            }
            bus = busName(line.busFrom(), line.busTo());
            return true;
        }
        return false;
    }

    private String shownLine() {
        int length = Math.min(lines.end() - lines.start(), 100);
        return new String(lines.bytes(), lines.start(), length, StandardCharsets.ISO_8859_1);
    }

    /** A log has a handful of buses: their names are made once. */
    private String busName(int from, int to) {
        byte[] bytes = lines.bytes();
        for (int i = 0; i < busBytes.size(); i++) {
            byte[] known = busBytes.get(i);
            if (Arrays.equals(known, 0, known.length, bytes, from, to)) {
                return buses.get(i);
            }
        }
        String made = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (buses.size() < MAX_BUSES) {
            buses.add(made);
            busBytes.add(Arrays.copyOfRange(bytes, from, to));
        }
        return made;
    }

    /** From 1. */
    public long lineNumber() {
        return lineNumber;
    }

    /** Microseconds since the epoch. */
    public long timeUs() {
        return line.timeUs();
    }

    public String bus() {
        return bus;
    }

    public int id() {
        return line.id();
    }

    /** Of {@link FrameFlags}. */
    public int flags() {
        return line.flags();
    }

    /** The reader's own array, overwritten by the next frame; the payload is at its beginning. */
    public byte[] data() {
        return line.data();
    }

    /** Of the payload, in bytes. */
    public int length() {
        return line.length();
    }

    /** The current frame, to keep. */
    public Frame frame() {
        return Frame.of(
                timeUs(),
                bus,
                new FrameId(id(), (flags() & FrameFlags.EXTENDED) != 0),
                flags(),
                Arrays.copyOf(data(), length()));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
