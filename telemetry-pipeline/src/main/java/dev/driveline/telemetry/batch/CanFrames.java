package dev.driveline.telemetry.batch;

import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.telemetry.v1.Channel;

/**
 * The frames of a valid batch as the columns in which they came: no object a frame. Immutable by
 * convention: {@link #data} is not to be written.
 *
 * <p>Frame {@code i} came {@link #dtUs} microseconds after the one before it, has the identifier of
 * channel {@link #channelOf}, and its payload is the next {@link #length} bytes of {@link #data}.
 */
public final class CanFrames implements VehicleBatch {

    private final BatchHead head;
    private final CanColumns columns;
    private final byte[] data;
    private final String[] buses;
    private final int[] ids;
    private final int[] flags;
    private final int[] lengths;
    private final long spanUs;

    CanFrames(BatchHead head, CanBatch batch, CanColumns columns, byte[] data, long spanUs) {
        this.head = head;
        this.columns = columns;
        this.data = data;
        this.spanUs = spanUs;
        int channels = batch.getChannelCount();
        buses = new String[channels];
        ids = new int[channels];
        flags = new int[channels];
        lengths = new int[channels];
        for (int i = 0; i < channels; i++) {
            Channel channel = batch.getChannel(i);
            buses[i] = channel.getBus();
            ids[i] = channel.getId();
            flags[i] = channel.getFlags();
            lengths[i] = channel.getLen();
        }
    }

    @Override
    public BatchHead head() {
        return head;
    }

    @Override
    public BatchKind kind() {
        return BatchKind.CAN;
    }

    /** Frames. */
    public int count() {
        return columns.getIdxCount();
    }

    /** Microseconds since the frame before; of the first one since the batch's reference. */
    public long dtUs(int frame) {
        return Integer.toUnsignedLong(columns.getDtUs(frame));
    }

    public int channelOf(int frame) {
        return columns.getIdx(frame);
    }

    public byte[] data() {
        return data;
    }

    public int channels() {
        return buses.length;
    }

    public String bus(int channel) {
        return buses[channel];
    }

    public int id(int channel) {
        return ids[channel];
    }

    /** Of {@code FrameFlags}. */
    public int flags(int channel) {
        return flags[channel];
    }

    /** Payload bytes of a frame of this channel. */
    public int length(int channel) {
        return lengths[channel];
    }

    @Override
    public long spanUs() {
        return spanUs;
    }
}
