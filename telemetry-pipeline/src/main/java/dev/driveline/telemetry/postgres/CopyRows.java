package dev.driveline.telemetry.postgres;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.PGConnection;

/**
 * Rows for {@code COPY … FROM STDIN (FORMAT binary)}, column by column. Source: PostgreSQL's
 * documentation of COPY, section Binary Format. Not thread-safe.
 */
final class CopyRows {

    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0,
    };
    private static final int HEAD_BYTES = SIGNATURE.length + 2 * Integer.BYTES;

    private final short columns;
    private ByteBuffer out;

    CopyRows(int columns, int expectedBytes) {
        this.columns = (short) columns;
        this.out = ByteBuffer.allocate(Math.max(expectedBytes, 1_024));
        out.put(SIGNATURE).putInt(0).putInt(0);
    }

    CopyRows row() {
        room(Short.BYTES);
        out.putShort(columns);
        return this;
    }

    CopyRows int8(long value) {
        room(Integer.BYTES + Long.BYTES);
        out.putInt(Long.BYTES).putLong(value);
        return this;
    }

    CopyRows int4(int value) {
        room(2 * Integer.BYTES);
        out.putInt(Integer.BYTES).putInt(value);
        return this;
    }

    CopyRows int2(int value) {
        room(Integer.BYTES + Short.BYTES);
        out.putInt(Short.BYTES).putShort((short) value);
        return this;
    }

    CopyRows bool(boolean value) {
        room(Integer.BYTES + 1);
        out.putInt(1).put((byte) (value ? 1 : 0));
        return this;
    }

    CopyRows text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    CopyRows bytes(byte[] value) {
        room(Integer.BYTES + value.length);
        out.putInt(value.length).put(value);
        return this;
    }

    /**
     * Sends all rows.
     *
     * @param target table and columns, as {@code history (vin, …)}
     */
    void copyInto(Connection connection, String target) throws SQLException {
        room(Short.BYTES);
        out.putShort((short) -1);
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        try (var in = new ByteArrayInputStream(bytes)) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + target + " FROM STDIN (FORMAT binary)", in);
        } catch (IOException impossible) {
            throw new SQLException("memory cannot be read", impossible);
        } finally {
            out.position(out.position() - Short.BYTES);
        }
    }

    boolean isEmpty() {
        return out.position() == HEAD_BYTES;
    }

    private void room(int more) {
        if (out.remaining() < more) {
            int size = Math.max(out.capacity() * 2, out.position() + more);
            ByteBuffer larger = ByteBuffer.allocate(size);
            out = larger.put(out.flip());
        }
    }
}
