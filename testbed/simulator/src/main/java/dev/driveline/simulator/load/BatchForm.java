package dev.driveline.simulator.load;

import com.google.protobuf.ByteString;
import dev.driveline.contract.telemetry.v1.CanBatch;
import io.netty.buffer.ByteBuf;
import java.util.Random;

/**
 * The bytes of a {@code CanBatch} of a stated size, filled in but for its number: a batch costs the
 * generator one copy.
 *
 * <p>Its head is a batch's; its columns are filling that no pipeline could decode. Immutable.
 */
final class BatchForm {

    /** A varint may be longer than it need be, so that every number takes the same room. */
    private static final int SEQ_BYTES = 5;

    private static final int MAX_SEQ_BITS = 7 * SEQ_BYTES;
    private static final int TAIL_HEAD_BYTES = 5;

    private static final int MORE = 0x80;

    private final byte[] head;
    private final byte[] tail;

    private BatchForm(byte[] head, byte[] tail) {
        this.head = head;
        this.tail = tail;
    }

    /**
     * @param bootId 8 bytes
     * @param bytes of the whole batch, at least 32
     */
    static BatchForm of(byte[] bootId, int bytes) {
        byte[] head =
                CanBatch.newBuilder()
                        .setSchema(1)
                        .setBootId(ByteString.copyFrom(bootId))
                        .build()
                        .toByteArray();
        return new BatchForm(head, tail(bytes - head.length - 1 - SEQ_BYTES));
    }

    private static byte[] tail(int room) {
        int filling = room - TAIL_HEAD_BYTES;
        if (filling < 0) {
            throw new IllegalArgumentException("a batch takes at least 32 bytes");
        }
        byte[] tail = new byte[room];
        int tag = (CanBatch.PACKED_COLUMNS_FIELD_NUMBER << 3) | 2;
        int[] headBytes = {
            low(tag) | MORE,
            tag >>> 7,
            low(filling) | MORE,
            low(filling >>> 7) | MORE,
            filling >>> 14
        };
        // Not zeros: what is sent and stored must not compress away.
        new Random(room).nextBytes(tail);
        for (int i = 0; i < TAIL_HEAD_BYTES; i++) {
            tail[i] = (byte) headBytes[i];
        }
        return tail;
    }

    private static int low(long value) {
        return (int) value & 0x7F;
    }

    int bytes() {
        return head.length + 1 + SEQ_BYTES + tail.length;
    }

    void write(ByteBuf out, long seq) {
        if (seq >>> MAX_SEQ_BITS != 0) {
            throw new IllegalArgumentException(
                    "seq " + seq + " is beyond " + MAX_SEQ_BITS + " bit");
        }
        out.writeBytes(head);
        out.writeByte(CanBatch.SEQ_FIELD_NUMBER << 3);
        for (int i = 0; i < SEQ_BYTES - 1; i++) {
            out.writeByte(low(seq >>> (7 * i)) | MORE);
        }
        out.writeByte(low(seq >>> (7 * (SEQ_BYTES - 1))));
        out.writeBytes(tail);
    }
}
