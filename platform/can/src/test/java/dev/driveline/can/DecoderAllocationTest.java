package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A whole recorded minute, decoded again and again: no object a frame. */
final class DecoderAllocationTest {
    private static final int ROUNDS = 60;
    private static final int MAX_FRAMES = 200_000;
    private static final int SLOT = 8;

    /** For what the virtual machine does on this thread meanwhile; a byte a frame would be more. */
    private static final long MAX_BYTES = 64 * 1024;

    private final byte[] payloads = new byte[MAX_FRAMES * SLOT];
    private final int[] ids = new int[MAX_FRAMES];
    private final byte[] lengths = new byte[MAX_FRAMES];
    private final byte[] buses = new byte[MAX_FRAMES];
    private int frames;

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

    @Test
    void decodingAllocatesNothing() throws IOException {
        Catalogue catalogue =
                Catalogue.of(
                        List.of(
                                GoldenDrive.bus(
                                        "can0",
                                        Matching.EXACT,
                                        "toyota/toyota_new_mc_pt_generated.dbc"),
                                GoldenDrive.bus("can1", Matching.EXACT, "toyota/toyota_adas.dbc")));
        load(catalogue);
        Decoder decoder = Decoder.of(catalogue);
        var sink = new SummingSink(catalogue.signals().size());
        run(decoder, sink, ROUNDS);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long started = System.nanoTime();
        sink.signals = 0;
        run(decoder, sink, ROUNDS);
        double seconds = (System.nanoTime() - started) / 1e9;
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        long decoded = (long) frames * ROUNDS;
        System.out.printf(
                "decode: %,d frames, %.1f M frames/s, %.1f M signals/s, %.4f bytes a frame%n",
                decoded,
                decoded / seconds / 1e6,
                sink.signals / seconds / 1e6,
                (double) allocated / decoded);
        assertTrue(allocated < MAX_BYTES, () -> allocated + " bytes for " + decoded + " frames");
    }

    private void load(Catalogue catalogue) throws IOException {
        try (var log = CandumpReader.open(RecordedData.file("toyota/log.gz"))) {
            while (log.next()) {
                System.arraycopy(log.data(), 0, payloads, frames * SLOT, log.length());
                ids[frames] = log.id();
                lengths[frames] = (byte) log.length();
                buses[frames++] = (byte) catalogue.busIndex(log.bus());
            }
        }
    }

    private void run(Decoder decoder, SignalSink sink, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < frames; i++) {
                decoder.decode(buses[i], ids[i], 0, payloads, i * SLOT, lengths[i], sink);
            }
        }
    }
}
