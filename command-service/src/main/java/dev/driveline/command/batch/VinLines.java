package dev.driveline.command.batch;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * VINs of a list, a line each: a line of CSV whose first column is the VIN, with or without a head
 * that says {@code vin}; or a JSON string, or a JSON object with a member {@code vin}. Empty lines
 * are passed over. Used by one thread.
 */
public final class VinLines {

    /** Bytes of a line. */
    public static final int MAX_LINE_BYTES = 1_024;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private long number;

    public VinLines(InputStream in) {
        this.in = new BufferedInputStream(in, BUFFER_BYTES);
    }

    /**
     * One line.
     *
     * @param number from 1
     * @param vin as it stands there, in upper case; perhaps none
     */
    public record Line(long number, String vin) {}

    /**
     * The next one; null at the end.
     *
     * @throws InvalidValueException naming the line that is too long
     */
    public @Nullable Line next() throws IOException {
        while (true) {
            int length = read();
            if (length < 0) {
                return null;
            }
            number++;
            String text = new String(line, 0, length, StandardCharsets.UTF_8).strip();
            String vin = vinIn(text).toUpperCase(Locale.ROOT);
            if (!text.isEmpty() && !(number == 1 && vin.equals("VIN"))) {
                return new Line(number, vin);
            }
        }
    }

    private static String vinIn(String text) {
        if (text.startsWith("{")) {
            try {
                return Json.tree(text.getBytes(StandardCharsets.UTF_8)).path("vin").asText();
            } catch (MalformedJsonException none) {
                return text;
            }
        }
        int comma = text.indexOf(',');
        String first = comma < 0 ? text : text.substring(0, comma);
        return first.replace("\"", "").strip();
    }

    /** Bytes of a line without its end; −1 after the last. */
    private int read() throws IOException {
        int length = 0;
        while (true) {
            int next = in.read();
            if (next < 0) {
                return length == 0 ? -1 : length;
            }
            if (next == '\n') {
                return length;
            }
            if (length == MAX_LINE_BYTES) {
                throw new InvalidValueException(
                        "line", number + 1, "it has more than " + MAX_LINE_BYTES + " bytes");
            }
            line[length++] = (byte) next;
        }
    }
}
