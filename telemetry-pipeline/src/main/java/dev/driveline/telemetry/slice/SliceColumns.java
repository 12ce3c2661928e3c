package dev.driveline.telemetry.slice;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples of one signal out of consecutive batches, as columns of equal length in the order of
 * {@code SampleKey}.
 *
 * <p>Shape of the packed form: a byte, 3 where a Zstandard frame of the rest follows, 2 where the
 * rest follows plainly. The rest: a byte of flags (16 doubles; 32 a quality column); varints of the
 * number of samples, of boots and of runs; each boot in eight bytes; the runs as columns (boot's
 * index where there are several; zig-zag differences of seq; zig-zag differences of the receive
 * time, the first from the slice's first time; twice the count, plus one if late); zig-zag
 * differences of the times' differences; the places (the first of a run from 0, then differences);
 * the values (zig-zag differences, the first from 0, or eight bytes each with 16); with 32 the
 * quality as pairs of varints, length and number.
 *
 * @param tUs vehicle time, microseconds since 1970, never descending
 * @param place in its batch
 * @param raw integers, or doubles' bits
 * @param quality numbers of {@code Quality}
 */
public record SliceColumns(List<Run> runs, long[] tUs, int[] place, long[] raw, byte[] quality) {

    /** More than a compaction takes at once, see {@code Compaction}. */
    static final int MAX_SAMPLES = 1 << 21;

    private static final int MAX_PACKED_BYTES = 64 << 20;
    private static final int PLAIN = 2;
    private static final int PACKED = 3;
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
        ByteWriter out = new ByteWriter(32 + 6 * count());
        out.octet((real ? DOUBLES : 0) | (allGood ? 0 : QUALITY)).varint(count());
        packRuns(out);
        packTimes(out);
        packPlaces(out);
        long before = 0;
        for (long value : raw) {
            if (real) {
                out.fixed64(value);
            } else {
                out.zigZag(value - before);
                before = value;
            }
        }
        if (!allGood) {
            packQuality(out);
        }
        byte[] plain = out.toBytes();
        byte[] packed = Compression.pack(plain);
        boolean worthIt = packed.length < plain.length;
        byte[] body = worthIt ? packed : plain;
        byte[] whole = new byte[1 + body.length];
        whole[0] = (byte) (worthIt ? PACKED : PLAIN);
        System.arraycopy(body, 0, whole, 1, body.length);
        return whole;
    }

    /**
     * Unpacks what {@link #pack} made.
     *
     * @throws IllegalArgumentException if the bytes are not of that form
     */
    public static SliceColumns unpack(byte[] packed, long firstUs) {
        ByteReader in = new ByteReader(plain(packed));
        int flags = in.octet();
        int count = in.count(MAX_SAMPLES);
        List<Run> runs = unpackRuns(in, count, firstUs);
        SliceColumns columns =
                new SliceColumns(
                        runs, new long[count], new int[count], new long[count], new byte[count]);
        long t = firstUs;
        long step = 0;
        for (int i = 0; i < count; i++) {
            step += in.zigZag();
            t += step;
            columns.tUs[i] = t;
        }
        int at = 0;
        for (Run run : runs) {
            int place = 0;
            for (int i = 0; i < run.count(); i++) {
                place += (int) in.varint();
                columns.place[at++] = place;
            }
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

    private static byte[] plain(byte[] packed) {
        byte[] body = Arrays.copyOfRange(packed, Math.min(1, packed.length), packed.length);
        int form = packed.length == 0 ? -1 : packed[0];
        return switch (form) {
            case PLAIN -> body;
            case PACKED -> {
                try {
                    yield Compression.unpack(body, MAX_PACKED_BYTES);
                } catch (InvalidValueException broken) {
                    throw new IllegalArgumentException(broken.getMessage(), broken);
                }
            }
            default -> throw new IllegalArgumentException("columns of a slice in form " + form);
        };
    }

    private void packRuns(ByteWriter out) {
        Map<Long, Integer> boots = new LinkedHashMap<>();
        for (Run run : runs) {
            boots.putIfAbsent(run.boot(), boots.size());
        }
        out.varint(boots.size()).varint(runs.size());
        boots.keySet().forEach(out::fixed64);
        if (boots.size() > 1) {
            for (Run run : runs) {
                out.varint(boots.getOrDefault(run.boot(), 0));
            }
        }
        long seq = 0;
        for (Run run : runs) {
            out.zigZag(run.seq() - seq);
            seq = run.seq();
        }
        long receivedUs = firstUs();
        for (Run run : runs) {
            out.zigZag(run.receivedUs() - receivedUs);
            receivedUs = run.receivedUs();
        }
        for (Run run : runs) {
            out.varint(2L * run.count() + (run.late() ? 1 : 0));
        }
    }

    private static List<Run> unpackRuns(ByteReader in, int count, long firstUs) {
        long[] boots = new long[in.count(count)];
        int size = in.count(count);
        if (boots.length == 0 && size > 0) {
            throw new IllegalArgumentException("a slice has " + size + " runs of no boot");
        }
        for (int i = 0; i < boots.length; i++) {
            boots[i] = in.fixed64();
        }
        int[] boot = new int[size];
        if (boots.length > 1) {
            for (int i = 0; i < size; i++) {
                boot[i] = in.count(boots.length - 1);
            }
        }
        long[] seq = differences(in, size, 0);
        long[] receivedUs = differences(in, size, firstUs);
        List<Run> runs = new ArrayList<>(size);
        int left = count;
        for (int i = 0; i < size; i++) {
            int counted = in.count(2 * left + 1);
            left -= counted >> 1;
            runs.add(
                    new Run(
                            boots[boot[i]],
                            seq[i],
                            receivedUs[i],
                            (counted & 1) != 0,
                            counted >> 1));
        }
        if (left != 0) {
            throw new IllegalArgumentException("the runs of a slice lack " + left + " samples");
        }
        return runs;
    }

    private static long[] differences(ByteReader in, int size, long first) {
        long[] values = new long[size];
        long value = first;
        for (int i = 0; i < size; i++) {
            value += in.zigZag();
            values[i] = value;
        }
        return values;
    }

    private void packTimes(ByteWriter out) {
        long before = firstUs();
        long step = 0;
        for (long t : tUs) {
            out.zigZag(t - before - step);
            step = t - before;
            before = t;
        }
    }

    private void packPlaces(ByteWriter out) {
        int at = 0;
        for (Run run : runs) {
            int before = 0;
            for (int i = 0; i < run.count(); i++) {
                out.varint(place[at] - before);
                before = place[at++];
            }
        }
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
