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
 * @param name of its folder
 * @param frames in the order of the log
 */
record Recording(String name, CatalogueSource catalogue, List<Recorded> frames) {

    record Recorded(long tUs, String bus, int id, int flags, byte[] data) {}

    /** The minute of a Toyota that the tests read, too. */
    static Recording toyota(Path data) throws IOException {
        Path folder = data.resolve("toyota");
        return read(
                folder,
                List.of(
                        bus("can0", Matching.EXACT, folder, "toyota_new_mc_pt_generated.dbc"),
                        bus("can1", Matching.EXACT, folder, "toyota_adas.dbc")));
    }

    /** A truck on J1939, with a GPS bus. */
    static Recording truck(Path data) throws IOException {
        Path folder = data.resolve("truck");
        return read(
                folder,
                List.of(
                        bus("can1", Matching.J1939, folder, "j1939.dbc"),
                        bus("can2", Matching.EXACT, folder, "canmod-gps.dbc")));
    }

    /** Some seconds of a Tesla. */
    static Recording tesla(Path data) throws IOException {
        Path folder = data.resolve("tesla");
        return read(folder, List.of(bus("can0", Matching.EXACT, folder, "tesla_can.dbc")));
    }

    private static Recording read(Path folder, List<BusSource> buses) throws IOException {
        List<Recorded> frames = new ArrayList<>();
        try (CandumpReader log = CandumpReader.open(folder.resolve("log.gz"))) {
            while (log.next()) {
                byte[] payload = new byte[log.length()];
                System.arraycopy(log.data(), 0, payload, 0, payload.length);
                frames.add(new Recorded(log.timeUs(), log.bus(), log.id(), log.flags(), payload));
            }
        }
        return new Recording(
                String.valueOf(folder.getFileName()), new CatalogueSource(buses), frames);
    }

    private static BusSource bus(String name, Matching matching, Path folder, String file)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "no recorded drive in " + folder + "; name the folder of them with --data");
        }
        return BusSource.of(name, matching, file, Files.readAllBytes(folder.resolve(file)));
    }

    long firstUs() {
        return frames.getFirst().tUs();
    }

    long durationUs() {
        return frames.getLast().tUs() - firstUs() + 1_000;
    }

    /** Batches of so long, the drive repeated, as one boot of one TBox. */
    List<byte[]> batches(long boot, long startUs, int times, long batchUs) {
        Batcher batcher = new Batcher(ByteBuffer.allocate(Long.BYTES).putLong(boot).array());
        List<byte[]> batches = new ArrayList<>();
        for (int time = 0; time < times; time++) {
            long shiftUs = startUs + time * durationUs() - firstUs();
            for (Recorded frame : frames) {
                if (!batcher.isEmpty() && (batcher.isFull() || batcher.spanUs() >= batchUs)) {
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
