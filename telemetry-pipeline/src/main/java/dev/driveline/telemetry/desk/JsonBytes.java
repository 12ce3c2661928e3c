package dev.driveline.telemetry.desk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes pieces of JSON into a stream, numbers without an object each. Of one thread. */
final class JsonBytes {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int MAX_LONG_DIGITS = 20;
    private static final long EXACT_IN_DOUBLE = 1L << 53;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final byte[] digits = new byte[MAX_LONG_DIGITS];
    private int filled;

    JsonBytes(OutputStream out) {
        this.out = out;
    }

    /** A JSON string with its quotes, to be kept by the caller. */
    static byte[] quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString().getBytes(StandardCharsets.UTF_8);
    }

    void put(byte[] bytes) throws IOException {
        if (bytes.length > buffer.length - filled) {
            flush();
            if (bytes.length > buffer.length) {
                out.write(bytes);
                return;
            }
        }
        System.arraycopy(bytes, 0, buffer, filled, bytes.length);
        filled += bytes.length;
    }

    /** Characters of ASCII. */
    void text(String ascii) throws IOException {
        int length = ascii.length();
        if (length > buffer.length - filled) {
            flush();
            if (length > buffer.length) {
                out.write(ascii(ascii));
                return;
            }
        }
        for (int i = 0; i < length; i++) {
            buffer[filled++] = (byte) ascii.charAt(i);
        }
    }

    void put(char ascii) throws IOException {
        if (filled == buffer.length) {
            flush();
        }
        buffer[filled++] = (byte) ascii;
    }

    void put(long value) throws IOException {
        if (value < 0) {
            if (value == Long.MIN_VALUE) {
                text(Long.toString(value));
                return;
            }
            put('-');
        }
        putDigits(Math.abs(value), 1);
    }

    /** At least so many digits, for a value of 0 and more. */
    void putDigits(long value, int least) throws IOException {
        int at = digits.length;
        long rest = value;
        do {
            digits[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0 || digits.length - at < least);
        if (digits.length > buffer.length - filled) {
            flush();
        }
        System.arraycopy(digits, at, buffer, filled, digits.length - at);
        filled += digits.length - at;
    }

    void putUnsigned(long value) throws IOException {
        if (value >= 0) {
            putDigits(value, 1);
        } else {
            text(Long.toUnsignedString(value));
        }
    }

    /** JSON has no word for what is not a number: it is written as text. */
    void put(double value) throws IOException {
        if (Double.isNaN(value)) {
            text("\"nan\"");
        } else if (Double.isInfinite(value)) {
            text(value > 0 ? "\"inf\"" : "\"-inf\"");
        } else if (value == Math.rint(value) && Math.abs(value) < EXACT_IN_DOUBLE) {
            put((long) value);
            put('.');
            put('0');
        } else {
            text(Double.toString(value));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void flush() throws IOException {
        out.write(buffer, 0, filled);
        filled = 0;
    }
}
