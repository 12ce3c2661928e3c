package dev.driveline.can;

import java.io.IOException;
import java.io.InputStream;

/** Cuts a stream of bytes into lines without an object a line. Of one thread. */
final class LineSource {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int filled;
    private int end;
    private int lineStart;
    private boolean exhausted;

    LineSource(InputStream in) {
        this.in = in;
    }

    /** Goes to the next line; false at the end. A line longer than the buffer is cut in pieces. */
    boolean next() throws IOException {
        int scan = from;
        while (true) {
            for (; scan < filled; scan++) {
                if (buffer[scan] == '\n') {
                    take(scan, scan + 1);
                    return true;
                }
            }
            if (exhausted || (from == 0 && filled == buffer.length)) {
                boolean any = filled > from;
                take(filled, filled);
                return any;
            }
            scan -= from;
            refill();
        }
    }

    private void take(int lineEnd, int next) {
        lineStart = from;
        end = lineEnd > from && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        from = next;
    }

    private void refill() throws IOException {
        System.arraycopy(buffer, from, buffer, 0, filled - from);
        filled -= from;
        from = 0;
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            exhausted = true;
        } else {
            filled += read;
        }
    }

    /** Holds the line from {@link #start} to {@link #end}, until the next. */
    byte[] bytes() {
        return buffer;
    }

    int start() {
        return lineStart;
    }

    /** Without the line's end. */
    int end() {
        return end;
    }
}
