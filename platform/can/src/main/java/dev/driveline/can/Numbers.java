package dev.driveline.can;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Numbers as DBC writes them. */
final class Numbers {
    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,6})?");
    private static final Pattern SLOPPY = Pattern.compile("[+-]?(\\..*|[0-9]+\\.([eE].*)?)");
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,20}(\\.0{0,20})?");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final int LONG_BITS = 64;

    private Numbers() {}

    /** Digits that a long holds. */
    static boolean isCount(String text) {
        return COUNT.matcher(text).matches();
    }

    static boolean isDecimal(String text) {
        return DECIMAL.matcher(text).matches();
    }

    static boolean isSloppy(String text) {
        return SLOPPY.matcher(text).matches();
    }

    /** A raw value: a whole number of -2^63 to 2^64 - 1, the upper half as its bits. */
    static OptionalLong raw(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return OptionalLong.empty();
        }
        BigInteger value = new BigDecimal(text).toBigInteger();
        boolean fits = value.compareTo(LEAST) >= 0 && value.bitLength() <= LONG_BITS;
        return fits ? OptionalLong.of(value.longValue()) : OptionalLong.empty();
    }
}
