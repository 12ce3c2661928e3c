package dev.driveline.can;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads fields of a payload by precomputed shifts. Eight bytes are read as one long; a field is cut
 * out of it by a shift to the left, which drops what stands above, and one to the right, which
 * drops what stands below and extends the sign. Immutable.
 *
 * <p>Payloads that fit in eight bytes are read once for all fields. Longer ones (CAN FD) are read
 * at the field's own byte, and a field that lies across nine bytes in two parts.
 */
final class FieldPlan {
    private static final int RIGHT_SHIFT = 6;
    private static final int SHIFT_MASK = 63;
    private static final int BIG_ENDIAN = 1 << 12;
    private static final int SIGNED = 1 << 13;
    private static final int FLOAT = 1 << 14;
    private static final int DOUBLE = 1 << 15;
    private static final int NINE_BYTES = 1 << 16;
    private static final int NOT_PLAIN = FLOAT | DOUBLE | NINE_BYTES;

    /** Shifts and kind, packed: one load a field. */
    private final int[] fields;

    private final int[] signals;
    private final int[] firstBytes;
    private final int[] bytesNeeded;

    /** Every field is an integer within the first eight bytes. */
    private final boolean plain;

    /** A payload of that many bytes holds all fields. */
    private final int allBytesNeeded;

    private FieldPlan(List<Field> list) {
        fields = list.stream().mapToInt(Field::code).toArray();
        signals = list.stream().mapToInt(Field::signal).toArray();
        firstBytes = list.stream().mapToInt(Field::firstByte).toArray();
        bytesNeeded = list.stream().mapToInt(Field::bytesNeeded).toArray();
        plain = list.stream().allMatch(Field::isPlain);
        allBytesNeeded = list.stream().mapToInt(Field::bytesNeeded).max().orElse(0);
    }

    void decode(byte[] buffer, int offset, int length, SignalSink sink) {
        if (plain && length >= allBytesNeeded) {
            decodePlain(buffer, offset, sink);
        } else {
            decodeEach(buffer, offset, length, sink);
        }
    }

    private void decodePlain(byte[] buffer, int offset, SignalSink sink) {
        long big = Words.bigEndian(buffer, offset);
        long little = Long.reverseBytes(big);
        int[] codes = fields;
        int[] targets = signals;
        for (int i = 0; i < codes.length; i++) {
            int code = codes[i];
            long word = (code & BIG_ENDIAN) != 0 ? big : little;
            sink.onLong(targets[i], cut(word, code));
        }
    }

    private void decodeEach(byte[] buffer, int offset, int length, SignalSink sink) {
        for (int i = 0; i < fields.length; i++) {
            if (!fits(i, length)) {
                continue;
            }
            long raw = raw(i, buffer, offset);
            int code = fields[i];
            if ((code & FLOAT) != 0) {
                sink.onDouble(signals[i], Float.intBitsToFloat((int) raw));
            } else if ((code & DOUBLE) != 0) {
                sink.onDouble(signals[i], Double.longBitsToDouble(raw));
            } else {
                sink.onLong(signals[i], raw);
            }
        }
    }

    boolean fits(int field, int length) {
        return bytesNeeded[field] <= length;
    }

    /** The bits of a field that fits. */
    long raw(int field, byte[] buffer, int offset) {
        int code = fields[field];
        int at = offset + firstBytes[field];
        long big = Words.bigEndian(buffer, at);
        boolean motorola = (code & BIG_ENDIAN) != 0;
        long word = motorola ? big : Long.reverseBytes(big);
        if ((code & NINE_BYTES) == 0) {
            return cut(word, code);
        }
        int skipped = (code & SHIFT_MASK);
        long ninth = Byte.toUnsignedLong(buffer[at + Long.BYTES]);
        long joined =
                motorola
                        ? (word << skipped) | (ninth >>> (8 - skipped))
                        : ((word >>> skipped) | (ninth << (Long.SIZE - skipped)))
                                << (code >>> RIGHT_SHIFT & SHIFT_MASK);
        return shiftRight(joined, code);
    }

    private static long cut(long word, int code) {
        return shiftRight(word << (code & SHIFT_MASK), code);
    }

    private static long shiftRight(long word, int code) {
        int right = code >>> RIGHT_SHIFT & SHIFT_MASK;
        return (code & SIGNED) != 0 ? word >> right : word >>> right;
    }

    /**
     * One field.
     *
     * @param code the packed shifts and kind; of a field across nine bytes the left shift is the
     *     number of bits before it in its first byte
     */
    private record Field(int code, int signal, int firstByte, int bytesNeeded) {
        static Field of(Signal signal, int index, int skippedBits) {
            int bit = signal.firstBit() - skippedBits;
            int length = signal.length();
            if (bit < 0) {
                return new Field(0, index, 0, Integer.MAX_VALUE);
            }
            int firstByte = bit + length <= Long.SIZE ? 0 : bit / 8;
            int before = bit - 8 * firstByte;
            boolean nine = before + length > Long.SIZE;
            boolean motorola = signal.byteOrder() == ByteOrder.MOTOROLA;
            int left = nine || motorola ? before : Long.SIZE - before - length;
            int code = left | (Long.SIZE - length) << RIGHT_SHIFT;
            code |= motorola ? BIG_ENDIAN : 0;
            code |= nine ? NINE_BYTES : 0;
            code |=
                    switch (signal.valueType()) {
                        case INTEGER -> signal.signed() ? SIGNED : 0;
                        case FLOAT -> FLOAT;
                        case DOUBLE -> DOUBLE;
                    };
            return new Field(code, index, firstByte, (bit + length + 7) / 8);
        }

        boolean isPlain() {
            return firstByte == 0 && (code & NOT_PLAIN) == 0;
        }
    }

    /** Collects the fields. */
    static final class Builder {
        private final List<Field> list = new ArrayList<>();
        private final int skippedBits;

        Builder() {
            this(0);
        }

        /** The payload lacks these bits, which the database counts; what lies in them is absent. */
        Builder(int skippedBits) {
            this.skippedBits = skippedBits;
        }

        void add(Signal signal, int index) {
            list.add(Field.of(signal, index, skippedBits));
        }

        boolean isEmpty() {
            return list.isEmpty();
        }

        FieldPlan build() {
            return new FieldPlan(list);
        }
    }
}
