package dev.driveline.bench.decode;

import dev.driveline.can.Decoder;
import dev.driveline.can.Outcome;
import dev.driveline.can.SignalSink;
import dev.driveline.telemetry.batch.BatchReader;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.batch.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One pass over the recorded minute; an operation is a frame. One thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
public class DecodeSpeed {
    /** Where the recorded drives lie. */
    static final String DATA = "driveline.testData";

    private Minute minute;
    private Decoder decoder;
    private StraightDecoder straight;
    private Columns columns;

    /** JMH makes it before it knows the data. */
    @SuppressWarnings("NullAway.Init")
    public DecodeSpeed() {}

    /** Takes values as a column store would: into a place of their own. */
    static final class Columns implements SignalSink {
        private final long[] last;
        long signals;

        Columns(int signalCount) {
            last = new long[signalCount];
        }

        boolean hasSame(Columns other) {
            return signals == other.signals && Arrays.equals(last, other.last);
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

    @Setup
    public void load() throws IOException {
        minute = new Minute(Path.of(System.getProperty(DATA, "../shared/data")));
        decoder = Decoder.of(minute.catalogue);
        straight = new StraightDecoder(minute.catalogue);
        columns = new Columns(minute.catalogue.signals().size());
    }

    /** Every frame into columns. */
    @Benchmark
    @OperationsPerInvocation(Minute.FRAMES)
    public long frames() {
        for (int i = 0; i < Minute.FRAMES; i++) {
            Outcome _ =
                    decoder.decode(
                            minute.buses[i],
                            minute.ids[i],
                            0,
                            minute.payloads,
                            i * Minute.SLOT_BYTES,
                            minute.lengths[i],
                            columns);
        }
        return columns.signals;
    }

    /** The same frames as they come over Kafka: protobuf read, checked and decoded. */
    @Benchmark
    @OperationsPerInvocation(Minute.FRAMES)
    public long batches() {
        for (byte[] batch : minute.batches) {
            if (!(BatchReader.read(batch) instanceof Reading.Usable(CanFrames frames))) {
                throw new IllegalStateException("a batch was refused");
            }
            decode(frames);
        }
        return columns.signals;
    }

    private void decode(CanFrames frames) {
        int[] buses = new int[frames.channels()];
        for (int channel = 0; channel < buses.length; channel++) {
            buses[channel] = minute.catalogue.busIndex(frames.bus(channel));
        }
        int offset = 0;
        for (int frame = 0; frame < frames.count(); frame++) {
            int channel = frames.channelOf(frame);
            int length = frames.length(channel);
            Outcome _ =
                    decoder.decode(
                            buses[channel],
                            frames.id(channel),
                            frames.flags(channel),
                            frames.data(),
                            offset,
                            length,
                            columns);
            offset += length;
        }
    }

    /** The straight way: a map of messages, and each signal byte by byte as its layout says. */
    @Benchmark
    @OperationsPerInvocation(Minute.FRAMES)
    public long straight() {
        for (int i = 0; i < Minute.FRAMES; i++) {
            straight.decode(
                    minute.buses[i],
                    minute.ids[i],
                    minute.payloads,
                    i * Minute.SLOT_BYTES,
                    minute.lengths[i],
                    columns);
        }
        return columns.signals;
    }
}
