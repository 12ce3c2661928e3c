package dev.driveline.telemetry.intake;

import dev.driveline.can.Decoder;
import dev.driveline.can.MessageSink;
import dev.driveline.can.Outcome;
import dev.driveline.can.Reassembly;
import dev.driveline.can.SignalSink;
import dev.driveline.can.TransportFault;
import dev.driveline.contract.telemetry.v1.Quality;
import dev.driveline.contract.telemetry.v1.QualityRun;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the frames of a batch into the columns of a {@code SampleBatch}: every signal of every
 * frame, in the order of the frames. A message that a transport carries in several frames has the
 * time of its last one, and may begin in the batch before. Keeps scratch memory between batches;
 * one thread.
 *
 * <p>A sample that its value does not speak against has quality ESTIMATED_TIME where the batch's
 * time is estimated; a value that is out of range, not available or an error says that instead.
 */
final class BatchDecoder {

    private int[] buses = new int[64];
    private int[] places = new int[1_024];

    /**
     * What a batch came to.
     *
     * @param underWay messages whose last frame is yet to come, {@link Reassembly#toBytes}
     */
    record Decoded(SampleBatch.Builder batch, byte[] underWay) {}

    private static final byte[] NOTHING = {};

    /**
     * Decodes all frames; without a catalogue all are unknown.
     *
     * @param t0Us the reference of the first frame, UTC, microseconds since 1970
     * @param underWay what the batch before left
     */
    Decoded decode(
            CanFrames frames,
            long t0Us,
            @Nullable CompiledCatalogue catalogue,
            boolean estimatedTime,
            byte[] underWay) {
        SampleBatch.Builder batch = SampleBatch.newBuilder().setFrames(frames.count());
        if (catalogue == null) {
            return new Decoded(batch.setUnknownFrames(frames.count()), NOTHING);
        }
        prepare(frames, catalogue);
        Sink sink = new Sink(catalogue, batch, estimatedTime);
        Decoder decoder = catalogue.decoder();
        Reassembly reassembly = catalogue.hasTransports() ? decoder.newReassembly() : null;
        if (reassembly != null && isUnreadable(reassembly, underWay)) {
            sink.lostMessages++;
        }
        int unknownFrames = 0;
        int offset = 0;
        long timeUs = t0Us;
        for (int frame = 0; frame < frames.count(); frame++) {
            int channel = frames.channelOf(frame);
            int length = frames.length(channel);
            sink.dtUs += frames.dtUs(frame);
            timeUs += frames.dtUs(frame);
            Outcome outcome =
                    decoder.decode(
                            buses[channel],
                            frames.id(channel),
                            frames.flags(channel),
                            frames.data(),
                            offset,
                            length,
                            sink);
            switch (outcome) {
                case UNKNOWN_ID -> unknownFrames++;
                case UNKNOWN_MULTIPLEXER -> sink.unknownMultiplexers++;
                case TRANSPORT -> {
                    if (reassembly != null) {
                        reassembly.accept(
                                buses[channel],
                                frames.id(channel),
                                frames.flags(channel),
                                frames.data(),
                                offset,
                                length,
                                timeUs,
                                sink);
                    }
                }
                case DECODED, NO_DATA -> {
                    // A remote request or an error frame has nothing to know.
                }
            }
            offset += length;
        }
        if (reassembly != null) {
            reassembly.expire(timeUs, sink);
        }
        sink.endRun();
        batch.setCatalogue(catalogue.ref().toString())
                .setUnknownFrames(unknownFrames)
                .setUnknownMultiplexers(sink.unknownMultiplexers)
                .setLostMessages(sink.lostMessages);
        return new Decoded(batch, reassembly == null ? NOTHING : reassembly.toBytes());
    }

    /** Whether there was something to go on with that this version cannot read. */
    private static boolean isUnreadable(Reassembly reassembly, byte[] underWay) {
        if (underWay.length == 0) {
            return false;
        }
        try {
            reassembly.restore(underWay);
            return false;
        } catch (IllegalArgumentException otherForm) {
            return true;
        }
    }

    private void prepare(CanFrames frames, CompiledCatalogue catalogue) {
        if (buses.length < frames.channels()) {
            buses = new int[frames.channels()];
        }
        for (int channel = 0; channel < frames.channels(); channel++) {
            buses[channel] = catalogue.catalogue().busIndex(frames.bus(channel));
        }
        int signals = catalogue.catalogue().signals().size();
        if (places.length < signals) {
            places = new int[signals];
        }
        Arrays.fill(places, 0, signals, -1);
    }

    /** Appends samples; remembers where in the batch a signal of the catalogue stands. */
    private final class Sink implements SignalSink, MessageSink {

        private final CompiledCatalogue catalogue;
        private final SampleBatch.Builder batch;
        private final Quality usual;
        private int samples;
        private int runFrom;
        private Quality run = Quality.QUALITY_GOOD;
        private int unknownMultiplexers;
        private int lostMessages;

        /** Since the sample before, microseconds. */
        private long dtUs;

        Sink(CompiledCatalogue catalogue, SampleBatch.Builder batch, boolean estimatedTime) {
            this.catalogue = catalogue;
            this.batch = batch;
            this.usual = estimatedTime ? Quality.QUALITY_ESTIMATED_TIME : Quality.QUALITY_GOOD;
        }

        @Override
        public void onLong(int signal, long raw) {
            batch.addInts(raw);
            append(signal, catalogue.catalogue().signal(signal).quality(raw));
        }

        @Override
        public void onDouble(int signal, double raw) {
            batch.addReals(raw);
            append(signal, catalogue.catalogue().signal(signal).quality(raw));
        }

        @Override
        public void onMessage(
                int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length) {
            Outcome outcome =
                    catalogue.decoder().decodeMessage(bus, id, flags, buffer, offset, length, this);
            if (outcome == Outcome.UNKNOWN_MULTIPLEXER) {
                unknownMultiplexers++;
            }
        }

        @Override
        public void onLoss(int bus, int id, TransportFault fault) {
            lostMessages++;
        }

        private void append(int signal, dev.driveline.can.Quality stated) {
            int place = places[signal];
            if (place < 0) {
                place = batch.getSignalCount();
                places[signal] = place;
                batch.addSignal(catalogue.sampled(signal));
            }
            batch.addDtUs((int) dtUs).addIdx(place);
            dtUs = 0;
            Quality quality =
                    switch (stated) {
                        case GOOD -> usual;
                        case OUT_OF_RANGE -> Quality.QUALITY_OUT_OF_RANGE;
                        case NOT_AVAILABLE -> Quality.QUALITY_NOT_AVAILABLE;
                        case ERROR -> Quality.QUALITY_ERROR;
                    };
            if (quality != run) {
                endRun();
                run = quality;
                runFrom = samples;
            }
            samples++;
        }

        /** Writes the run that ends before the next sample; GOOD is not written. */
        void endRun() {
            if (run != Quality.QUALITY_GOOD && samples > runFrom) {
                batch.addQuality(
                        QualityRun.newBuilder()
                                .setFrom(runFrom)
                                .setCount(samples - runFrom)
                                .setQuality(run));
            }
        }
    }
}
