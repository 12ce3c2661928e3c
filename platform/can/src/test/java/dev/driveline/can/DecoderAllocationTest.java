package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Recorded logs and hostile shapes, decoded again and again: no object a frame. Whatever kind of
 * message comes: plain, multiplexed, in a cascade, by ranges, CAN FD, across nine bytes, floats,
 * J1939, unknown.
 */
final class DecoderAllocationTest {
    /** So many frames at least, else a byte here and there would not show. */
    private static final int MIN_FRAMES = 3_000_000;

    private static final int SLOT = 64;

    /** For what the virtual machine does on this thread meanwhile; a byte a frame would be more. */
    private static final long MAX_BYTES = 64 * 1024;

    /** Takes values as a column store would, into a place of their own. */
    private static final class SummingSink implements SignalSink {
        private final long[] last;
        private long signals;

        SummingSink(int signalCount) {
            last = new long[signalCount];
        }

        @Override
        public void onLong(int signal, long raw) {
            last[signal] = raw;
            signals++;
        }

        @Override
        public void onDouble(int signal, double raw) {
            last[signal] = Double.doubleToRawLongBits(raw);
            signals++;
        }
    }

    /** Frames in memory. */
    private static final class Frames {
        private final List<Frame> all = new ArrayList<>();
        private final byte[] payloads;
        private final int[] ids;
        private final int[] flags;
        private final int[] lengths;
        private final int[] buses;

        Frames(Catalogue catalogue, List<Frame> frames) {
            all.addAll(frames);
            payloads = new byte[all.size() * SLOT];
            ids = all.stream().mapToInt(frame -> frame.id().value()).toArray();
            flags = all.stream().mapToInt(Frame::flags).toArray();
            lengths = all.stream().mapToInt(frame -> frame.data().length).toArray();
            buses = all.stream().mapToInt(frame -> catalogue.busIndex(frame.bus())).toArray();
            for (int i = 0; i < all.size(); i++) {
                System.arraycopy(all.get(i).data(), 0, payloads, i * SLOT, lengths[i]);
            }
        }

        void decode(Decoder decoder, SignalSink sink, int rounds) {
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < ids.length; i++) {
                    decoder.decode(
                            buses[i], ids[i], flags[i], payloads, i * SLOT, lengths[i], sink);
                }
            }
        }
    }

    private static List<Frame> log(String file) throws IOException {
        var frames = new ArrayList<Frame>();
        try (var log = CandumpReader.open(RecordedData.file(file))) {
            while (log.next()) {
                frames.add(log.frame());
            }
        }
        return frames;
    }

    private static void assertNothingIsAllocated(
            String what, Catalogue catalogue, List<Frame> recorded) {
        var frames = new Frames(catalogue, recorded);
        Decoder decoder = Decoder.of(catalogue);
        var sink = new SummingSink(catalogue.signals().size());
        int rounds = Math.ceilDiv(MIN_FRAMES, recorded.size());
        frames.decode(decoder, sink, rounds);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long started = System.nanoTime();
        sink.signals = 0;
        frames.decode(decoder, sink, rounds);
        double seconds = (System.nanoTime() - started) / 1e9;
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        long decoded = (long) recorded.size() * rounds;
        System.out.printf(
                "decode %s: %,d frames, %.1f M frames/s, %.1f M signals/s, %.4f bytes a frame%n",
                what,
                decoded,
                decoded / seconds / 1e6,
                sink.signals / seconds / 1e6,
                (double) allocated / decoded);
        assertTrue(sink.signals > 0, what);
        assertTrue(
                allocated < MAX_BYTES,
                () -> "%s: %d bytes for %d frames".formatted(what, allocated, decoded));
    }

    @Test
    void aCar() throws IOException {
        assertNothingIsAllocated(
                "toyota",
                Catalogue.of(
                        List.of(
                                GoldenDrive.bus(
                                        "can0",
                                        Matching.EXACT,
                                        "toyota/toyota_new_mc_pt_generated.dbc"),
                                GoldenDrive.bus("can1", Matching.EXACT, "toyota/toyota_adas.dbc"))),
                log("toyota/log.gz"));
    }

    @Test
    void aTruckByParameterGroups() throws IOException {
        assertNothingIsAllocated(
                "truck",
                Catalogue.of(
                        List.of(
                                GoldenDrive.bus("can1", Matching.J1939, "truck/j1939.dbc"),
                                GoldenDrive.bus("can2", Matching.EXACT, "truck/canmod-gps.dbc"))),
                log("truck/log.gz"));
    }

    @Test
    void aMultiplexedCar() throws IOException {
        assertNothingIsAllocated(
                "tesla",
                Catalogue.of(
                        List.of(GoldenDrive.bus("can0", Matching.EXACT, "tesla/tesla_can.dbc"))),
                log("tesla/log.gz"));
    }

    @Test
    void cascadesRangesCanFdNineBytesAndFloats() {
        Message multiplexed =
                Signals.message(
                        FrameId.standard(1),
                        8,
                        Signals.intel("KIND", 0, 8, false),
                        Signals.intel("MODE", 8, 8, false),
                        Signals.when(Signals.intel("SUB", 16, 8, false), "KIND", 1),
                        Signals.when(Signals.motorola("LEAF", 31, 8, false), "SUB", 7),
                        Signals.within(
                                Signals.intel("WIDE", 32, 8, true),
                                "MODE",
                                new Multiplexing.Range(0, 100)));
        Message wide =
                Signals.message(
                        FrameId.extended(2),
                        64,
                        Signals.intel("NINE", 76, 64, false),
                        Signals.motorola("FAR", 8 * 63 + 7, 8, false),
                        Signals.floating("F", 128, ByteOrder.INTEL, ValueType.FLOAT),
                        Signals.floating("D", 199, ByteOrder.MOTOROLA, ValueType.DOUBLE));
        Catalogue catalogue = Signals.catalogue(Matching.EXACT, multiplexed, wide);
        var random = new Random(1);
        var frames = new ArrayList<Frame>();
        for (int i = 0; i < 1_000; i++) {
            byte[] data = new byte[i % 3 == 0 ? 64 : random.nextInt(9)];
            random.nextBytes(data);
            if (data.length > 2) {
                data[0] = (byte) random.nextInt(3);
                data[2] = 7;
            }
            FrameId id = i % 3 == 0 ? FrameId.extended(2) : FrameId.standard(1 + random.nextInt(2));
            frames.add(Frame.of(i, "bus", id, FrameFlags.FD, data));
        }
        assertNothingIsAllocated("shapes", catalogue, frames);
    }
}
