package dev.driveline.telemetry.sample;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.Arrays;

/**
 * The samples of one signal out of one batch, as columns of equal length.
 *
 * <p>Shape of the packed form: a byte of form and flags (low 4 bits 1, the form; 16 doubles; 32 a
 * quality column); varint of count; varints of dt in microseconds (the first since the chunk's
 * start); varints of the places' differences (the first from 0); the values: zig-zag varints of the
 * differences (the first from 0), or with 16 eight bytes each, most significant first; with 32 the
 * quality runs as pairs of varints, length and number.
 *
 * @param tUs vehicle time, microseconds since 1970, never descending
 * @param place in the batch, ascending
 * @param raw integers, or doubles' bits
 * @param quality numbers of {@link Quality}
 */
public record SignalColumns(long[] tUs, int[] place, long[] raw, byte[] quality) {

    /** More than any batch of 512 KiB of columns can hold of one signal. */
    private static final int MAX_SAMPLES = 1 << 20;

    private static final int FORM = 1;
    private static final int FORM_MASK = 15;
    private static final int DOUBLES = 16;
    private static final int QUALITY = 32;

    public int count() {
        return tUs.length;
    }

    public long firstUs() {
        return tUs[0];
    }

    public long lastUs() {
        return tUs[tUs.length - 1];
    }

    /** Packs the columns; the start, {@link #firstUs}, is kept elsewhere. */
    public byte[] pack(boolean real) {
        boolean allGood = true;
        for (byte number : quality) {
            allGood &= number == 0;
        }
        ByteWriter out = new ByteWriter(8 + 5 * count());
        out.octet(FORM | (real ? DOUBLES : 0) | (allGood ? 0 : QUALITY)).varint(count());
        long beforeUs = firstUs();
        for (long t : tUs) {
            out.varint(t - beforeUs);
            beforeUs = t;
        }
        int beforePlace = 0;
        for (int p : place) {
            out.varint(p - beforePlace);
            beforePlace = p;
        }
        long beforeRaw = 0;
        for (long value : raw) {
            if (real) {
                out.fixed64(value);
            } else {
                out.zigZag(value - beforeRaw);
                beforeRaw = value;
            }
        }
        if (!allGood) {
            packQuality(out);
        }
        return out.toBytes();
    }

    /**
     * Unpacks what {@link #pack} made.
     *
     * @throws IllegalArgumentException if the bytes are not of that form
     */
    public static SignalColumns unpack(byte[] packed, long firstUs) {
        ByteReader in = new ByteReader(packed);
        int flags = in.octet();
        if ((flags & FORM_MASK) != FORM) {
            throw new IllegalArgumentException("columns of a signal in form " + flags);
        }
        int count = in.count(MAX_SAMPLES);
        SignalColumns columns =
                new SignalColumns(
                        new long[count], new int[count], new long[count], new byte[count]);
        long t = firstUs;
        for (int i = 0; i < count; i++) {
            t += in.varint();
            columns.tUs[i] = t;
        }
        int place = 0;
        for (int i = 0; i < count; i++) {
            place += (int) in.varint();
            columns.place[i] = place;
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = (flags & DOUBLES) != 0 ? in.fixed64() : value + in.zigZag();
            columns.raw[i] = value;
        }
        if ((flags & QUALITY) != 0) {
            columns.unpackQuality(in);
        }
        return columns;
    }

    private void packQuality(ByteWriter out) {
        int from = 0;
        while (from < quality.length) {
            int to = from + 1;
            while (to < quality.length && quality[to] == quality[from]) {
                to++;
            }
            out.varint(to - from).varint(quality[from]);
            from = to;
        }
    }

    private void unpackQuality(ByteReader in) {
        int at = 0;
        while (at < quality.length) {
            int length = in.count(quality.length - at);
            byte number = (byte) in.varint();
            Arrays.fill(quality, at, at + length, number);
            at += length;
        }
    }
}
