package dev.driveline.runtime.batch;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.driveline.contract.error.InvalidValueException;

/** Zstandard, one frame a value, with a limit on what comes out. Thread-safe. Source: RFC 8878. */
public final class Compression {

    /** The most that a batch's columns may hold unpacked, in bytes. */
    public static final int MAX_COLUMNS_BYTES = 512 * 1024;

    private static final int LEVEL = 3;

    private Compression() {}

    public static byte[] pack(byte[] plain) {
        return Zstd.compress(plain, LEVEL);
    }

    /**
     * Unpacks one frame whose head states its size.
     *
     * @throws InvalidValueException if it is no such frame or larger than {@code maxBytes}
     */
    public static byte[] unpack(byte[] packed, int maxBytes) {
        long size = packed.length == 0 ? -1 : Zstd.getFrameContentSize(packed);
        if (size < 0) {
            throw new InvalidValueException(
                    "packed value",
                    packed.length + " bytes",
                    "expected a Zstandard frame that states its content size");
        }
        if (size > maxBytes) {
            throw new InvalidValueException(
                    "packed value", size + " bytes unpacked", "at most " + maxBytes + " are taken");
        }
        try {
            byte[] plain = new byte[(int) size];
            long written = Zstd.decompress(plain, packed);
            if (written != size) {
                throw new InvalidValueException(
                        "packed value", written + " bytes unpacked", "its head states " + size);
            }
            return plain;
        } catch (ZstdException broken) {
            throw new InvalidValueException(
                    "packed value", packed.length + " bytes", String.valueOf(broken.getMessage()));
        }
    }
}
