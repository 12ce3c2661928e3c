package dev.driveline.telemetry.batch;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/**
 * One start of the process in a TBox that sends batches.
 *
 * <p>Shape: 8 bytes, here as a number, most significant first; 16 hexadecimal digits as text.
 */
public record BootId(long bits) implements Comparable<BootId> {

    public static final int BYTES = Long.BYTES;

    /**
     * @throws IllegalArgumentException unless there are {@value #BYTES} bytes
     */
    public static BootId of(ByteString bytes) {
        if (bytes.size() != BYTES) {
            throw new IllegalArgumentException(
                    "a boot id has " + BYTES + " bytes, this has " + bytes.size());
        }
        return new BootId(bytes.asReadOnlyByteBuffer().getLong());
    }

    public ByteString toByteString() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (bits >>> (Long.SIZE - 8 - 8 * i));
        }
        return ByteString.copyFrom(bytes);
    }

    @Override
    public int compareTo(BootId other) {
        return Long.compare(bits, other.bits);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(bits);
    }
}
