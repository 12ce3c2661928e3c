package dev.driveline.can;

/**
 * The raw values by which a J1939 sender says that it has no value. Of whole bytes the top byte
 * decides: 0xFF not available, 0xFE error. Of other lengths from two bits on, all ones is not
 * available and, up to seven bits, one less is an error. A single bit has neither. Source: SAE
 * J1939-71 §5.1.4, tables 1 and 2.
 */
final class J1939Indicator {
    private J1939Indicator() {}

    static Quality quality(long raw, int length) {
        if (length == 1) {
            return Quality.GOOD;
        }
        if (length % 8 == 0) {
            return ofTopByte((int) (raw >>> (length - 8)) & 0xFF);
        }
        long ones = (1L << length) - 1;
        if (raw == ones) {
            return Quality.NOT_AVAILABLE;
        }
        return raw == ones - 1 && length < 8 ? Quality.ERROR : Quality.GOOD;
    }

    private static Quality ofTopByte(int top) {
        return switch (top) {
            case 0xFF -> Quality.NOT_AVAILABLE;
            case 0xFE -> Quality.ERROR;
            default -> Quality.GOOD;
        };
    }
}
