package dev.driveline.telemetry.intake;

import dev.driveline.can.Decoder;
import dev.driveline.can.Outcome;
import dev.driveline.can.SignalSink;
import dev.driveline.contract.telemetry.v1.Quality;
import dev.driveline.contract.telemetry.v1.QualityRun;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the frames of a batch into the columns of a {@code SampleBatch}: every signal of every
 * frame, in the order of the frames. Keeps scratch memory between batches; one thread.
 *
 * <p>A sample that its value does not speak against has quality ESTIMATED_TIME where the batch's
 * time is estimated; a value that is out of range, not available or an error says that instead.
 */
final class BatchDecoder {

    private int[] buses = new int[64];
    private int[] places = new int[1_024];

    /** Decodes all frames; without a catalogue all are unknown. */
    SampleBatch.Builder decode(
            CanFrames frames, @Nullable CompiledCatalogue catalogue, boolean estimatedTime) {
        SampleBatch.Builder batch = SampleBatch.newBuilder().setFrames(frames.count());
        if (catalogue == null) {
            return batch.setUnknownFrames(frames.count());
        }
        prepare(frames, catalogue);
        Sink sink = new Sink(catalogue, batch, estimatedTime);
        Decoder decoder = catalogue.decoder();
        int unknownFrames = 0;
        int unknownMultiplexers = 0;
        int offset = 0;
        for (int frame = 0; frame < frames.count(); frame++) {
            int channel = frames.channelOf(frame);
            int length = frames.length(channel);
            sink.dtUs += frames.dtUs(frame);
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
                case UNKNOWN_MULTIPLEXER -> unknownMultiplexers++;
                case DECODED, NO_DATA, TRANSPORT -> {
                    // A remote request or an error frame has nothing to know, a part of a message
                    // not by itself.
                }
            }
            offset += length;
        }
        sink.endRun();
        return batch.setCatalogue(catalogue.ref().toString())
                .setUnknownFrames(unknownFrames)
                .setUnknownMultiplexers(unknownMultiplexers);
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
    private final class Sink implements SignalSink {

        private final CompiledCatalogue catalogue;
        private final SampleBatch.Builder batch;
        private final Quality usual;
        private int samples;
        private int runFrom;
        private Quality run = Quality.QUALITY_GOOD;

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
