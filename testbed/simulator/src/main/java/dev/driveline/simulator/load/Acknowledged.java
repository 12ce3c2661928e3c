package dev.driveline.simulator.load;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.BitSet;
import java.util.HexFormat;

/**
 * Which batches of one vehicle's boot were acknowledged: a bit a number. Not thread-safe.
 *
 * <p>Shape in a file: VIN (17 bytes), boot id (8 bytes), number of words (int), words.
 */
public final class Acknowledged {

    private static final int BOOT_BYTES = 8;
    private static final int VIN_BYTES = 17;

    private final String vin;
    private final byte[] bootId;
    private final BitSet numbers;

    private Acknowledged(String vin, byte[] bootId, BitSet numbers) {
        this.vin = vin;
        this.bootId = bootId.clone();
        this.numbers = numbers;
    }

    Acknowledged(String vin, byte[] bootId) {
        this(vin, bootId, new BitSet());
    }

    void add(long seq) {
        numbers.set(Math.toIntExact(seq));
    }

    public String vin() {
        return vin;
    }

    /** Hexadecimal, as the record's header has it. */
    public String bootId() {
        return HexFormat.of().formatHex(bootId);
    }

    public int count() {
        return numbers.cardinality();
    }

    /** How many of them are not among these. */
    public int missingFrom(BitSet stored) {
        BitSet missing = (BitSet) numbers.clone();
        missing.andNot(stored);
        return missing.cardinality();
    }

    void write(DataOutputStream out) throws IOException {
        out.writeBytes(vin);
        out.write(bootId);
        long[] words = numbers.toLongArray();
        out.writeInt(words.length);
        for (long word : words) {
            out.writeLong(word);
        }
    }

    /**
     * The next one of a file that the generator wrote.
     *
     * @throws java.io.EOFException at its end
     */
    public static Acknowledged read(DataInputStream in) throws IOException {
        byte[] vin = new byte[VIN_BYTES];
        byte[] bootId = new byte[BOOT_BYTES];
        in.readFully(vin);
        in.readFully(bootId);
        long[] words = new long[in.readInt()];
        for (int i = 0; i < words.length; i++) {
            words[i] = in.readLong();
        }
        return new Acknowledged(
                new String(vin, java.nio.charset.StandardCharsets.US_ASCII),
                bootId,
                BitSet.valueOf(words));
    }
}
