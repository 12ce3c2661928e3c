package dev.driveline.can;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight bytes as one long. */
final class Words {
    private static final VarHandle BIG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Words() {}

    /**
     * The eight bytes from an offset, the first one uppermost. What lies beyond the buffer is 0;
     * what lies beyond the payload, but within the buffer, is whatever stands there.
     */
    static long bigEndian(byte[] buffer, int offset) {
        return offset + Long.BYTES <= buffer.length
                ? (long) BIG.get(buffer, offset)
                : atEnd(buffer, offset);
    }

    private static long atEnd(byte[] buffer, int offset) {
        long word = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            int at = offset + i;
            long next = at < buffer.length ? Byte.toUnsignedLong(buffer[at]) : 0;
            word = word << 8 | next;
        }
        return word;
    }
}
