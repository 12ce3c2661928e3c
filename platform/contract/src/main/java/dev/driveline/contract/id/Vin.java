package dev.driveline.contract.id;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import org.jspecify.annotations.Nullable;

/**
 * A vehicle identification number.
 *
 * <p>Shape: 17 characters out of {@code 0-9 A-H J-N P R-Z} (no I, O, Q), upper case; the last four
 * are digits. The check digit (position 9) is a matter of region, see {@link #checkDigitHolds()}.
 *
 * <p>Source: ISO 3779; 49 CFR 565.15 and GB 16735 for the check digit.
 */
public record Vin(String value) implements Comparable<Vin> {

    /** Characters of every VIN. */
    public static final int LENGTH = 17;

    private static final int CHECK_DIGIT_AT = 8;
    private static final int DIGITS_FROM = 13;
    private static final int[] WEIGHTS = {
        8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2,
    };

    /** Values of A to Z in the check digit's sum; 0 marks the letters that no VIN holds. */
    private static final int[] LETTER_VALUES = {
        1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9,
    };

    /**
     * @throws InvalidValueException with {@link ErrorCode#INVALID_VIN}, naming the value and the
     *     rule
     */
    public Vin {
        String problem = problemOf(value);
        if (problem != null) {
            throw new InvalidValueException(ErrorCode.INVALID_VIN, "VIN", value, problem);
        }
    }

    /** The same as the constructor; reads better at a border. */
    public static Vin of(String value) {
        return new Vin(value);
    }

    /** Whether {@code value} could be a VIN, without an exception for the answer no. */
    public static boolean isValid(String value) {
        return problemOf(value) == null;
    }

    /** The world manufacturer identifier: the first three characters. */
    public String manufacturer() {
        return value.substring(0, 3);
    }

    public Region region() {
        return Region.of(value.charAt(0));
    }

    /** Whether position 9 is the check digit of the others. */
    public boolean checkDigitHolds() {
        return value.charAt(CHECK_DIGIT_AT) == checkDigitOf(value);
    }

    /**
     * Computes the check digit that belongs at position 9 of {@code value}, whatever stands there.
     *
     * @return {@code 0} to {@code 9} or {@code X}
     */
    public static char checkDigitOf(String value) {
        int sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            char c = value.charAt(i);
            sum += WEIGHTS[i] * (c <= '9' ? c - '0' : LETTER_VALUES[c - 'A']);
        }
        int rest = sum % 11;
        return rest == 10 ? 'X' : (char) ('0' + rest);
    }

    @Override
    public int compareTo(Vin other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static @Nullable String problemOf(String value) {
        if (value.length() != LENGTH) {
            return "a VIN has 17 characters, this has " + value.length();
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = value.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean letter = c >= 'A' && c <= 'Z' && LETTER_VALUES[c - 'A'] != 0;
            if (!digit && !letter) {
                return "character "
                        + (i + 1)
                        + " is not one of 0-9, A-H, J-N, P, R-Z (ISO 3779 leaves out I, O and Q)";
            }
            if (i >= DIGITS_FROM && !digit) {
                return "the last four characters of a VIN are digits, character "
                        + (i + 1)
                        + " is not";
            }
        }
        return null;
    }

    /** Where a VIN was assigned, as far as the check digit's rule needs it. */
    public enum Region {
        /** 1 to 5: the check digit is mandatory. */
        NORTH_AMERICA,
        /** L: the check digit is mandatory (GB 16735). */
        CHINA,
        /** Anywhere else: position 9 is free. */
        OTHER;

        static Region of(char first) {
            if (first >= '1' && first <= '5') {
                return NORTH_AMERICA;
            }
            return first == 'L' ? CHINA : OTHER;
        }

        /** Whether the law of the region asks for the check digit. */
        public boolean checkDigitIsMandatory() {
            return this != OTHER;
        }
    }
}
