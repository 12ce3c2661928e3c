package dev.driveline.can;

import org.jspecify.annotations.Nullable;

/**
 * One signal of a message: where its bits lie and what they mean. Immutable.
 *
 * @param name the long name where the database has one
 * @param start the DBC's start bit, bit b being bit b % 8 of byte b / 8: the least significant bit
 *     of an Intel signal, the most significant of a Motorola one
 * @param length bits, 1 to 64; 32 for FLOAT, 64 for DOUBLE
 * @param signed two's complement; without meaning for floats
 * @param factor physical = raw × factor + offset
 * @param minimum the least physical value; no limits where it is not below the maximum
 * @param unit as written, possibly empty
 * @param comment as written, possibly empty
 * @param startValue the raw value before there is another (GenSigStartValue); null where not stated
 * @param spn J1939's suspect parameter number; 0 where not stated
 */
public record Signal(
        String name,
        int start,
        int length,
        ByteOrder byteOrder,
        boolean signed,
        ValueType valueType,
        double factor,
        double offset,
        double minimum,
        double maximum,
        String unit,
        Labels labels,
        Multiplexing multiplexing,
        String comment,
        @Nullable Double startValue,
        int spn) {
    public static final int MAX_LENGTH = 64;

    /** Throws IllegalArgumentException where start, length and value type do not go together. */
    public Signal {
        if (length < 1 || length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "signal " + name + " has " + length + " bits, not 1.." + MAX_LENGTH);
        }
        if (start < 0 || start >= Message.MAX_BYTES * 8) {
            throw new IllegalArgumentException(
                    "signal " + name + " starts at bit " + start + ", outside any message");
        }
        if (length != lengthOf(valueType, length)) {
            throw new IllegalArgumentException(
                    "signal " + name + " is " + valueType + " but has " + length + " bits");
        }
    }

    /** Without start value and SPN. */
    public Signal(
            String name,
            int start,
            int length,
            ByteOrder byteOrder,
            boolean signed,
            ValueType valueType,
            double factor,
            double offset,
            double minimum,
            double maximum,
            String unit,
            Labels labels,
            Multiplexing multiplexing,
            String comment) {
        this(
                name,
                start,
                length,
                byteOrder,
                signed,
                valueType,
                factor,
                offset,
                minimum,
                maximum,
                unit,
                labels,
                multiplexing,
                comment,
                null,
                0);
    }

    private static int lengthOf(ValueType valueType, int length) {
        return switch (valueType) {
            case INTEGER -> length;
            case FLOAT -> Float.SIZE;
            case DOUBLE -> Double.SIZE;
        };
    }

    /**
     * The position of the first bit on the wire: of an Intel signal its least significant bit, of a
     * Motorola one its most significant, counted so that the signal's other bits follow upwards.
     */
    int firstBit() {
        return switch (byteOrder) {
            case INTEL -> start;
            case MOTOROLA -> 8 * (start / 8) + 7 - start % 8;
        };
    }

    /** The least payload, in bytes, that holds the whole signal. */
    public int bytesNeeded() {
        return (firstBit() + length + 7) / 8;
    }

    /** Whether raw is a float ({@link SignalSink#onDouble}) and not an integer. */
    public boolean isFloat() {
        return valueType != ValueType.INTEGER;
    }

    /** Whether a negative raw long stands for a value of 2^63 and more. */
    public boolean isUnsigned64() {
        return length == MAX_LENGTH && !signed && valueType == ValueType.INTEGER;
    }

    /** Raw × factor + offset, in doubles: exact up to 2^53, the nearest double beyond. */
    public double physical(long raw) {
        return physical(isUnsigned64() ? unsignedToDouble(raw) : (double) raw);
    }

    /** The same for a float's raw value. */
    public double physical(double raw) {
        return raw * factor + offset;
    }

    /** Rounds once: the lowest bit is kept sticky while halving. */
    static double unsignedToDouble(long raw) {
        return raw >= 0 ? (double) raw : (double) ((raw >>> 1) | (raw & 1)) * 2.0;
    }

    /**
     * What an integer raw value says about itself. Under J1939 an unsigned signal of whole bytes is
     * not available from 0xFF in its top byte and in error from 0xFE, one of fewer bits where all
     * are ones, or all but the last.
     */
    public Quality quality(long raw, Matching matching) {
        if (matching == Matching.J1939 && !signed) {
            Quality indicated = J1939Indicator.quality(raw, length);
            if (indicated != Quality.GOOD) {
                return indicated;
            }
        }
        return range(physical(raw), Math.abs(factor) / 2);
    }

    /** What a float's raw value says about itself. */
    public Quality quality(double raw) {
        if (Double.isNaN(raw)) {
            return Quality.NOT_AVAILABLE;
        }
        double tolerance = valueType == ValueType.FLOAT ? Math.ulp((float) raw) * factor : 0;
        return range(physical(raw), Math.abs(tolerance));
    }

    /**
     * Half a step of tolerance: a limit written in decimal is seldom the double of its raw value.
     */
    private Quality range(double physical, double tolerance) {
        boolean limited = minimum < maximum;
        boolean outside = physical < minimum - tolerance || physical > maximum + tolerance;
        return limited && outside ? Quality.OUT_OF_RANGE : Quality.GOOD;
    }
}
