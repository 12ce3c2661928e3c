package dev.driveline.telemetry.batch;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.vehicle.Rejection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Reads and validates a {@code CanBatch}: type, schema, head, codec, counts, checksum, in this
 * order; the first that is broken is the answer. Without state, any thread.
 */
public final class BatchReader {

    private static final int CHECKSUM_CHUNK_VALUES = 2_048;

    private BatchReader() {}

    public static Reading read(byte[] value) {
        CanBatch batch;
        try {
            batch = CanBatch.parseFrom(value);
        } catch (InvalidProtocolBufferException malformed) {
            return refused(Rejection.MALFORMED, "no CanBatch: " + malformed.getMessage());
        }
        return switch (Envelope.of(batch).open(HeadRules.channelProblem(batch))) {
            case Envelope.Opened.Found<CanColumns> found -> check(batch, found.columns());
            case Envelope.Opened.Broken<CanColumns> broken ->
                    refused(broken.reason(), broken.detail());
        };
    }

    private static Reading check(CanBatch batch, CanColumns columns) {
        int frames = columns.getDtUsCount();
        if (frames != columns.getIdxCount() || frames != batch.getFrameCount()) {
            return refused(
                    Rejection.COUNT_MISMATCH,
                    "frame_count is %s, dt_us has %d and idx %d values, expected equal numbers"
                            .formatted(
                                    Integer.toUnsignedString(batch.getFrameCount()),
                                    frames,
                                    columns.getIdxCount()));
        }
        long payload = 0;
        long spanUs = 0;
        for (int frame = 0; frame < frames; frame++) {
            int channel = columns.getIdx(frame);
            if (channel < 0 || channel >= batch.getChannelCount()) {
                return refused(
                        Rejection.COUNT_MISMATCH,
                        "idx of frame %d is %s, there are %d channels"
                                .formatted(
                                        frame,
                                        Integer.toUnsignedString(channel),
                                        batch.getChannelCount()));
            }
            payload += batch.getChannel(channel).getLen();
            spanUs += Integer.toUnsignedLong(columns.getDtUs(frame));
        }
        if (payload != columns.getData().size()) {
            return refused(
                    Rejection.COUNT_MISMATCH,
                    "data has %d bytes, the frames' channels ask for %d"
                            .formatted(columns.getData().size(), payload));
        }
        if (spanUs > BatchLimits.MAX_SPAN_US) {
            return refused(
                    Rejection.HEAD_INVALID,
                    "dt_us sum up to %d microseconds, at most %d are taken"
                            .formatted(spanUs, BatchLimits.MAX_SPAN_US));
        }
        return checkSum(batch, columns, spanUs);
    }

    private static Reading checkSum(CanBatch batch, CanColumns columns, long spanUs) {
        byte[] data = columns.getData().toByteArray();
        int actual = checksum(columns, data);
        if (actual != batch.getCrc32C()) {
            return refused(
                    Rejection.CRC_MISMATCH,
                    "crc32c is 0x%08X, the columns have 0x%08X"
                            .formatted(batch.getCrc32C(), actual));
        }
        BatchHead head = HeadFields.of(batch).head();
        return new Reading.Usable(new CanFrames(head, batch, columns, data, spanUs));
    }

    /** CRC-32C over dt_us and idx as little-endian 32 bit, then data. Source: RFC 3720 B.4. */
    private static int checksum(CanColumns columns, byte[] data) {
        CRC32C sum = new CRC32C();
        ByteBuffer chunk =
                ByteBuffer.allocate(CHECKSUM_CHUNK_VALUES * Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        int frames = columns.getDtUsCount();
        for (int i = 0; i < frames; i++) {
            addTo(sum, chunk, columns.getDtUs(i));
        }
        for (int i = 0; i < frames; i++) {
            addTo(sum, chunk, columns.getIdx(i));
        }
        sum.update(chunk.flip());
        sum.update(data, 0, data.length);
        return (int) sum.getValue();
    }

    private static void addTo(CRC32C sum, ByteBuffer chunk, int value) {
        if (!chunk.hasRemaining()) {
            sum.update(chunk.flip());
            chunk.clear();
        }
        chunk.putInt(value);
    }

    private static Reading refused(Rejection reason, String detail) {
        return new Reading.Refused(reason, detail);
    }
}
