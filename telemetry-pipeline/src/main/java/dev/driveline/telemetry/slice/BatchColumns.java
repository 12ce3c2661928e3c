package dev.driveline.telemetry.slice;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import dev.driveline.telemetry.sample.SignalColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * All signals of one batch, as they are kept until their slice is built.
 *
 * <p>Shape of the packed form: a Zstandard frame of: varint of the number of signals; for each the
 * store's numbers of signal and definition, its first time since the batch's, and the length of its
 * columns; then the columns of {@link SignalColumns}, back to back.
 */
public final class BatchColumns {

    private static final int MAX_PACKED_BYTES = 64 << 20;
    private static final int MAX_SIGNALS = 1 << 20;

    private final List<Entry> entries = new ArrayList<>();
    private final long fromUs;

    /**
     * @param fromUs no later than the first sample, microseconds since 1970
     */
    public BatchColumns(long fromUs) {
        this.fromUs = fromUs;
    }

    /**
     * One signal.
     *
     * @param signal the store's number of its name
     * @param definition the store's number of what its raw values mean
     */
    public record Part(int signal, int definition, SignalColumns columns) {}

    private record Entry(int signal, int definition, long firstUs, byte[] columns) {}

    public void add(int signal, int definition, SignalColumns columns, boolean real) {
        entries.add(new Entry(signal, definition, columns.firstUs(), columns.pack(real)));
    }

    public byte[] pack() {
        int bytes = entries.stream().mapToInt(entry -> 16 + entry.columns.length).sum();
        ByteWriter out = new ByteWriter(bytes);
        out.varint(entries.size());
        for (Entry entry : entries) {
            out.varint(entry.signal)
                    .varint(entry.definition)
                    .varint(entry.firstUs - fromUs)
                    .varint(entry.columns.length);
        }
        entries.forEach(entry -> out.bytes(entry.columns));
        return Compression.pack(out.toBytes());
    }

    /**
     * Unpacks the signals that are wanted.
     *
     * @throws IllegalArgumentException if the bytes are not of that form
     */
    public static List<Part> unpack(byte[] packed, long fromUs, IntPredicate wantedSignal) {
        byte[] plain;
        try {
            plain = Compression.unpack(packed, MAX_PACKED_BYTES);
        } catch (InvalidValueException broken) {
            throw new IllegalArgumentException(broken.getMessage(), broken);
        }
        ByteReader in = new ByteReader(plain);
        int count = in.count(MAX_SIGNALS);
        long[][] heads = new long[count][];
        for (int i = 0; i < count; i++) {
            heads[i] = new long[] {in.varint(), in.varint(), in.varint(), in.count(plain.length)};
        }
        int at = plain.length - in.remaining();
        List<Part> parts = new ArrayList<>();
        for (long[] head : heads) {
            int signal = (int) head[0];
            int end = at + (int) head[3];
            if (wantedSignal.test(signal)) {
                byte[] columns = Arrays.copyOfRange(plain, at, end);
                parts.add(
                        new Part(
                                signal,
                                (int) head[1],
                                SignalColumns.unpack(columns, fromUs + head[2])));
            }
            at = end;
        }
        return parts;
    }
}
