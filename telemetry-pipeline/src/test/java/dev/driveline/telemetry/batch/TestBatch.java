package dev.driveline.telemetry.batch;

import com.google.protobuf.ByteString;
import dev.driveline.can.FrameFlags;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.telemetry.v1.Channel;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.runtime.batch.Compression;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Makes batches as a TBox would; shares no code with their reader. */
public final class TestBatch {

    private final CanBatch.Builder batch = CanBatch.newBuilder().setSchema(1);
    private final Map<Channel, Integer> channels = new LinkedHashMap<>();
    private final List<Integer> dtUs = new ArrayList<>();
    private final List<Integer> idx = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private long lastUs;

    private TestBatch() {}

    public static TestBatch of(long boot, long seq, long t0Us) {
        TestBatch made = new TestBatch();
        made.batch
                .setBootId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(boot).flip()))
                .setSeq(seq)
                .setT0Us(t0Us);
        made.lastUs = t0Us;
        return made;
    }

    public TestBatch stored() {
        batch.setOrigin(Origin.ORIGIN_STORED);
        return this;
    }

    public TestBatch catalogue(Object ref) {
        batch.setCatalogue(ref.toString());
        return this;
    }

    public TestBatch mono(long monoUs) {
        batch.setMonoUs(monoUs);
        return this;
    }

    /** A frame at a vehicle time, no earlier than the one before. */
    public TestBatch frame(long tUs, String bus, int id, int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return frame(tUs, bus, id, 0, bytes, bytes.length);
    }

    public TestBatch frame(long tUs, String bus, int id, int flags, byte[] payload, int length) {
        Channel channel =
                Channel.newBuilder().setBus(bus).setId(id).setFlags(flags).setLen(length).build();
        dtUs.add(Math.toIntExact(tUs - lastUs));
        lastUs = tUs;
        idx.add(channels.computeIfAbsent(channel, _ -> channels.size()));
        data.write(payload, 0, length);
        return this;
    }

    public TestBatch extendedFrame(long tUs, String bus, int id, byte[] payload) {
        return frame(tUs, bus, id, FrameFlags.EXTENDED, payload, payload.length);
    }

    public int frames() {
        return idx.size();
    }

    public CanColumns columns() {
        return CanColumns.newBuilder()
                .addAllDtUs(dtUs)
                .addAllIdx(idx)
                .setData(ByteString.copyFrom(data.toByteArray()))
                .build();
    }

    /** To be spoilt by a test. */
    public CanBatch.Builder builder() {
        CanColumns columns = columns();
        return batch.clone()
                .addAllChannel(channels.keySet())
                .setFrameCount(idx.size())
                .setCrc32C(checksum(columns))
                .setColumns(columns);
    }

    public byte[] bytes() {
        return builder().build().toByteArray();
    }

    public byte[] packedBytes() {
        return builder()
                .clearColumns()
                .setCodec(Codec.CODEC_ZSTD)
                .setPackedColumns(ByteString.copyFrom(Compression.pack(columns().toByteArray())))
                .build()
                .toByteArray();
    }

    public static int checksum(CanColumns columns) {
        ByteBuffer all =
                ByteBuffer.allocate(
                                4 * columns.getDtUsCount()
                                        + 4 * columns.getIdxCount()
                                        + columns.getData().size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        columns.getDtUsList().forEach(all::putInt);
        columns.getIdxList().forEach(all::putInt);
        all.put(columns.getData().toByteArray());
        CRC32C sum = new CRC32C();
        sum.update(all.flip());
        return (int) sum.getValue();
    }
}
