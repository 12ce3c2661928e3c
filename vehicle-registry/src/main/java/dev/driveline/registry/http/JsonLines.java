package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.registry.bulk.BulkLine;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.rest.ProblemException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** One JSON object a line, of up to {@value #MAX_LINE_BYTES} bytes; empty lines are passed over. */
final class JsonLines implements Iterator<BulkLine> {

    private static final int MAX_LINE_BYTES = 64 * 1024;

    private final InputStream body;
    private final BulkFile file;
    private long number;
    private @Nullable BulkLine next;

    JsonLines(InputStream body, BulkFile file) {
        this.body = new BufferedInputStream(body, MAX_LINE_BYTES);
        this.file = file;
    }

    @Override
    public boolean hasNext() {
        try {
            while (next == null) {
                ByteArrayOutputStream line = new ByteArrayOutputStream();
                int length = read(line);
                if (length < 0) {
                    return false;
                }
                number++;
                next = lineOf(length, line.toByteArray());
            }
            return true;
        } catch (IOException | ProblemException unreadable) {
            throw BulkFile.unreadable("NDJSON", number + 1, unreadable);
        }
    }

    @Override
    public BulkLine next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        BulkLine line = next;
        next = null;
        return line;
    }

    /** Reads up to the line's end, keeps what is within the limit; -1 at the end of the body. */
    private int read(ByteArrayOutputStream line) throws IOException {
        int length = 0;
        int next = body.read();
        if (next < 0) {
            return -1;
        }
        while (next >= 0 && next != '\n') {
            if (++length <= MAX_LINE_BYTES) {
                line.write(next);
            }
            next = body.read();
        }
        return length;
    }

    private @Nullable BulkLine lineOf(int length, byte[] bytes) {
        if (length > MAX_LINE_BYTES) {
            return BulkFile.unusable(
                    number,
                    ErrorCode.BODY_TOO_LARGE,
                    "a line of " + length + " bytes, at most " + MAX_LINE_BYTES);
        }
        if (new String(bytes, StandardCharsets.UTF_8).isBlank()) {
            return null;
        }
        try {
            return file.line(number, Json.read(bytes, BulkFile.Row.class));
        } catch (MalformedJsonException malformed) {
            return BulkFile.unusable(
                    number, ErrorCode.INVALID_REQUEST, String.valueOf(malformed.getMessage()));
        }
    }
}
