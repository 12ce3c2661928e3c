package dev.driveline.bench.pipeline;

import dev.driveline.can.BusSource;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.simulator.Batcher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A recorded drive that is driven again and again.
 *
 * @param frames in the order of the log
 */
record Recording(CatalogueSource catalogue, List<Recorded> frames) {

    private static final long BATCH_US = 1_000_000;

    record Recorded(long tUs, String bus, int id, int flags, byte[] data) {}

    /** The minute of a Toyota that the tests read, too. */
    static Recording toyota(Path data) throws IOException {
        Path folder = data.resolve("toyota");
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "no recorded drive in " + folder + "; name the folder with --data");
        }
        CatalogueSource catalogue =
                new CatalogueSource(
                        List.of(
                                bus("can0", folder.resolve("toyota_new_mc_pt_generated.dbc")),
                                bus("can1", folder.resolve("toyota_adas.dbc"))));
        List<Recorded> frames = new ArrayList<>();
        try (CandumpReader log = CandumpReader.open(folder.resolve("log.gz"))) {
            while (log.next()) {
                byte[] payload = new byte[log.length()];
                System.arraycopy(log.data(), 0, payload, 0, payload.length);
                frames.add(new Recorded(log.timeUs(), log.bus(), log.id(), log.flags(), payload));
            }
        }
        return new Recording(catalogue, frames);
    }

    private static BusSource bus(String name, Path file) throws IOException {
        return BusSource.of(
                name, Matching.EXACT, String.valueOf(file.getFileName()), Files.readAllBytes(file));
    }

    long durationUs() {
        return frames.getLast().tUs() - frames.getFirst().tUs() + 1_000;
    }

    /** Batches of a second, the drive repeated, as one boot of one TBox. */
    List<byte[]> batches(long boot, long startUs, int times) {
        Batcher batcher = new Batcher(ByteBuffer.allocate(Long.BYTES).putLong(boot).array());
        List<byte[]> batches = new ArrayList<>();
        for (int time = 0; time < times; time++) {
            long shiftUs = startUs + time * durationUs() - frames.getFirst().tUs();
            for (Recorded frame : frames) {
                if (!batcher.isEmpty() && (batcher.isFull() || batcher.spanUs() >= BATCH_US)) {
                    batches.add(batcher.finish(Origin.ORIGIN_LIVE, List.of()).bytes());
                }
                batcher.add(
                        frame.tUs() + shiftUs,
                        frame.bus(),
                        frame.id(),
                        frame.flags(),
                        frame.data(),
                        frame.data().length);
            }
        }
        batches.add(batcher.finish(Origin.ORIGIN_LIVE, List.of()).bytes());
        return batches;
    }
}
