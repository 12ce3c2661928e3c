package dev.driveline.simulator;

import com.google.protobuf.ByteString;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.telemetry.v1.Channel;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.runtime.batch.Compression;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Collects frames into {@code CanBatch}es: columns, a dictionary of channels, Zstandard, CRC-32C.
 * One number sequence a boot. Not thread-safe.
 */
public final class Batcher implements Batching {

    private static final int MAX_DATA_BYTES = 40 * 1024;
    private static final int MAX_FRAMES = 6_000;

    private final byte[] bootId;
    private final Map<ChannelKey, Integer> index = new HashMap<>();
    private final List<Channel> channels = new ArrayList<>();
    private final List<Integer> dtUs = new ArrayList<>();
    private final List<Integer> idx = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final BatchTime time = new BatchTime();
    private long seq;

    private record ChannelKey(String bus, int id, int flags, int length) {}

    /**
     * @param bootId 8 bytes, new for every start of the process
     */
    public Batcher(byte[] bootId) {
        this.bootId = bootId.clone();
    }

    @Override
    public UpTopic topic() {
        return UpTopic.CAN;
    }

    @Override
    public boolean isEmpty() {
        return idx.isEmpty();
    }

    @Override
    public long spanUs() {
        return time.spanUs();
    }

    @Override
    public boolean isFull() {
        return data.size() >= MAX_DATA_BYTES || idx.size() >= MAX_FRAMES;
    }

    @Override
    public void add(long timeUs, String bus, int id, int flags, byte[] payload, int length) {
        ChannelKey key = new ChannelKey(bus, id, flags, length);
        Integer channel = index.get(key);
        if (channel == null) {
            channel = channels.size();
            index.put(key, channel);
            channels.add(
                    Channel.newBuilder()
                            .setBus(bus)
                            .setId(id)
                            .setFlags(flags)
                            .setLen(length)
                            .build());
        }
        dtUs.add(time.next(timeUs));
        idx.add(channel);
        data.write(payload, 0, length);
    }

    /** A finished batch. */
    public record Batch(long seq, byte[] bytes, int frames) {}

    @Override
    public Batch finish(Origin origin, List<Lost> lost) {
        seq++;
        byte[] payloads = data.toByteArray();
        CanColumns columns =
                CanColumns.newBuilder()
                        .addAllDtUs(dtUs)
                        .addAllIdx(idx)
                        .setData(ByteString.copyFrom(payloads))
                        .build();
        CanBatch.Builder batch =
                CanBatch.newBuilder()
                        .setSchema(1)
                        .setBootId(ByteString.copyFrom(bootId))
                        .setSeq(seq)
                        .setOrigin(origin)
                        .addAllLost(lost)
                        .setMonoUs(System.nanoTime() / 1_000)
                        .setT0Us(time.firstUs())
                        .setClock(BatchTime.CLOCK)
                        .setClockErrorUs(BatchTime.CLOCK_ERROR_US)
                        .addAllChannel(channels)
                        .setCodec(Codec.CODEC_ZSTD)
                        .setPackedColumns(
                                ByteString.copyFrom(Compression.pack(columns.toByteArray())))
                        .setFrameCount(idx.size())
                        .setCrc32C(checksum(payloads));
        Batch finished = new Batch(seq, batch.build().toByteArray(), idx.size());
        index.clear();
        channels.clear();
        dtUs.clear();
        idx.clear();
        data.reset();
        time.close();
        return finished;
    }

    private int checksum(byte[] payloads) {
        ByteBuffer columns =
                ByteBuffer.allocate(4 * (dtUs.size() + idx.size())).order(ByteOrder.LITTLE_ENDIAN);
        dtUs.forEach(columns::putInt);
        idx.forEach(columns::putInt);
        CRC32C crc = new CRC32C();
        crc.update(columns.array());
        crc.update(payloads);
        return (int) crc.getValue();
    }
}
