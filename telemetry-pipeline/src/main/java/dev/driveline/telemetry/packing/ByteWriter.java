package dev.driveline.telemetry.packing;

import java.util.Arrays;

/** Writes compact integers into bytes that grow. Not thread-safe. */
public final class ByteWriter {

    private static final int CONTINUED = 0x80;

    private byte[] bytes;
    private int size;

    public ByteWriter(int expectedBytes) {
        bytes = new byte[Math.max(expectedBytes, 16)];
    }

    /** One byte: the low 8 bits. */
    public ByteWriter octet(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    /**
     * 1 to 10 bytes, 7 bits each, least significant first; a negative value takes 10. Source:
     * Protocol Buffers, encoding of varints.
     */
    public ByteWriter varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | CONTINUED);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** A varint in which small negative numbers are short, too. */
    public ByteWriter zigZag(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    /** Eight bytes, most significant first. */
    public ByteWriter fixed64(long value) {
        room(Long.BYTES);
        for (int shift = Long.SIZE - 8; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** These bytes, as they are. */
    public ByteWriter bytes(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
        return this;
    }

    public int size() {
        return size;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
