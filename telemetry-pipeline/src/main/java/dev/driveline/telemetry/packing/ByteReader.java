package dev.driveline.telemetry.packing;

/** Reads what {@link ByteWriter} wrote. Not thread-safe. */
public final class ByteReader {

    private static final int MAX_VARINT_BITS = 70;

    private final byte[] bytes;
    private int at;

    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * 0 to 255.
     *
     * @throws IllegalArgumentException at the end of the bytes, as every other method here
     */
    public int octet() {
        if (at == bytes.length) {
            throw new IllegalArgumentException("packed bytes end at " + at);
        }
        return Byte.toUnsignedInt(bytes[at++]);
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new IllegalArgumentException("packed bytes have an endless integer at " + at);
    }

    /** A varint that counts or places something: 0 to {@code max}. */
    public int count(int max) {
        long value = varint();
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(
                    "packed bytes count " + value + " at " + at + ", expected 0 to " + max);
        }
        return (int) value;
    }

    public long zigZag() {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    public long fixed64() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | octet();
        }
        return value;
    }

    /** Bytes not read yet. */
    public int remaining() {
        return bytes.length - at;
    }
}
