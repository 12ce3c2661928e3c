package dev.driveline.telemetry.desk;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Whoever reads what a tool prints; he may have seen enough before the end. */
final class Reader extends FilterOutputStream {

    /** Nobody reads on. */
    static final class Gone extends IOException {
        private static final long serialVersionUID = 1L;

        Gone(IOException cause) {
            super("nobody reads the output", cause);
        }
    }

    Reader(OutputStream out) {
        super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException closed) {
            throw new Gone(closed);
        }
    }
}
