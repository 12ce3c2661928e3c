package dev.driveline.bench.decode;

import com.google.protobuf.ByteString;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueBus;
import dev.driveline.can.DbcParser;
import dev.driveline.can.Matching;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.telemetry.v1.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** The recorded minute of a Toyota: its frames in memory, and the same as batches. */
final class Minute {
    static final int FRAMES = 98_800;
    static final int SLOT_BYTES = 8;

    /** As a TBox would send: a second's worth each. */
    private static final int FRAMES_A_BATCH = 1_650;

    final Catalogue catalogue;
    final byte[] payloads = new byte[FRAMES * SLOT_BYTES];
    final int[] ids = new int[FRAMES];
    final int[] lengths = new int[FRAMES];
    final int[] buses = new int[FRAMES];
    final List<byte[]> batches = new ArrayList<>();

    /** Reads the folder of recorded drives. */
    Minute(Path data) throws IOException {
        Path folder = data.resolve("toyota");
        catalogue =
                Catalogue.of(
                        List.of(
                                bus("can0", folder.resolve("toyota_new_mc_pt_generated.dbc")),
                                bus("can1", folder.resolve("toyota_adas.dbc"))));
        long[] times = new long[FRAMES];
        int frames = 0;
        try (CandumpReader log = CandumpReader.open(folder.resolve("log.gz"))) {
            while (log.next()) {
                System.arraycopy(log.data(), 0, payloads, frames * SLOT_BYTES, log.length());
                ids[frames] = log.id();
                lengths[frames] = log.length();
                buses[frames] = catalogue.busIndex(log.bus());
                times[frames++] = log.timeUs();
            }
        }
        if (frames != FRAMES) {
            throw new IOException("%s has %d frames, not %d".formatted(folder, frames, FRAMES));
        }
        for (int from = 0; from < FRAMES; from += FRAMES_A_BATCH) {
            batches.add(batch(from, Math.min(from + FRAMES_A_BATCH, FRAMES), times));
        }
    }

    private static CatalogueBus bus(String name, Path file) throws IOException {
        return new CatalogueBus(
                name,
                Matching.EXACT,
                DbcParser.parse(Files.readAllBytes(file), file.toString()).model());
    }

    private byte[] batch(int from, int to, long[] times) {
        Map<Channel, Integer> channels = new LinkedHashMap<>();
        CanColumns.Builder columns = CanColumns.newBuilder();
        ByteString.Output data = ByteString.newOutput();
        for (int frame = from; frame < to; frame++) {
            Channel channel =
                    Channel.newBuilder()
                            .setBus(catalogue.buses().get(buses[frame]).name())
                            .setId(ids[frame])
                            .setLen(lengths[frame])
                            .build();
            columns.addIdx(channels.computeIfAbsent(channel, _ -> channels.size()));
            columns.addDtUs((int) (frame == from ? 0 : times[frame] - times[frame - 1]));
            data.write(payloads, frame * SLOT_BYTES, lengths[frame]);
        }
        CanColumns made = columns.setData(data.toByteString()).build();
        return CanBatch.newBuilder()
                .setSchema(1)
                .setBootId(ByteString.copyFrom(new byte[SLOT_BYTES]))
                .setSeq(batches.size() + 1L)
                .setT0Us(times[from])
                .addAllChannel(channels.keySet())
                .setColumns(made)
                .setFrameCount(to - from)
                .setCrc32C(checksum(made))
                .build()
                .toByteArray();
    }

    private static int checksum(CanColumns columns) {
        ByteBuffer all =
                ByteBuffer.allocate(
                                2 * Integer.BYTES * columns.getIdxCount()
                                        + columns.getData().size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        columns.getDtUsList().forEach(all::putInt);
        columns.getIdxList().forEach(all::putInt);
        columns.getData().copyTo(all);
        CRC32C sum = new CRC32C();
        sum.update(all.flip());
        return (int) sum.getValue();
    }
}
