package dev.driveline.telemetry.intake;

import dev.driveline.can.Decoder;
import dev.driveline.can.FrameFlags;
import dev.driveline.can.Matching;
import dev.driveline.can.MessageSink;
import dev.driveline.can.Outcome;
import dev.driveline.can.Reassembly;
import dev.driveline.can.SignalSink;
import dev.driveline.can.TransportFault;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.event.Dm1;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the frames of a batch into the columns of a {@code SampleBatch}: every signal of every
 * frame, in the order of the frames. A message that a transport carries in several frames has the
 * time of its last one, and may begin in the batch before. Keeps scratch memory between batches;
 * one thread.
 */
final class BatchDecoder {

    private int[] buses = new int[64];

    /** Of each channel whether its frames tell trouble codes. */
    private boolean[] codes = new boolean[64];

    private final SampleColumns columns = new SampleColumns();

    /**
     * What a batch came to.
     *
     * @param underWay messages whose last frame is yet to come, {@link Reassembly#toBytes}
     * @param codes what control units say of their trouble codes, in order
     */
    record Decoded(SampleBatch.Builder batch, byte[] underWay, List<HeardCodes> codes) {}

    private static final byte[] NOTHING = {};
    private static final int DATA_FLAGS =
            FrameFlags.EXTENDED | FrameFlags.REMOTE | FrameFlags.ERROR;

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
            return new Decoded(batch.setUnknownFrames(frames.count()), NOTHING, List.of());
        }
        prepare(frames, catalogue);
        columns.begin(catalogue, batch, estimatedTime);
        Sink sink = new Sink(catalogue, columns);
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
            columns.advance(frames.dtUs(frame));
            timeUs += frames.dtUs(frame);
            sink.timeUs = timeUs;
            if (codes[channel]) {
                sink.hear(buses[channel], frames.id(channel), frames.data(), offset, length);
            }
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
        columns.endRun();
        batch.setCatalogue(catalogue.ref().toString())
                .setUnknownFrames(unknownFrames)
                .setUnknownMultiplexers(sink.unknownMultiplexers)
                .setLostMessages(sink.lostMessages);
        return new Decoded(batch, reassembly == null ? NOTHING : reassembly.toBytes(), sink.heard);
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
            codes = new boolean[frames.channels()];
        }
        for (int channel = 0; channel < frames.channels(); channel++) {
            buses[channel] = catalogue.catalogue().busIndex(frames.bus(channel));
            codes[channel] =
                    isOfJ1939(catalogue, buses[channel])
                            && (frames.flags(channel) & DATA_FLAGS) == FrameFlags.EXTENDED
                            && Dm1.isCarriedBy(frames.id(channel));
        }
    }

    private static boolean isOfJ1939(CompiledCatalogue catalogue, int bus) {
        return bus >= 0 && catalogue.catalogue().buses().get(bus).matching() == Matching.J1939;
    }

    /**
     * A control unit's word about its trouble codes.
     *
     * @param ecu bus and source address, as {@code can1/00}
     * @param tUs vehicle time of its last frame
     */
    record HeardCodes(String ecu, long tUs, Dm1 dm1) {}

    private static final class Sink implements SignalSink, MessageSink {

        private final CompiledCatalogue catalogue;
        private final SampleColumns columns;
        private int unknownMultiplexers;
        private int lostMessages;
        private final List<HeardCodes> heard = new ArrayList<>();
        private long timeUs;

        Sink(CompiledCatalogue catalogue, SampleColumns columns) {
            this.catalogue = catalogue;
            this.columns = columns;
        }

        @Override
        public void onLong(int signal, long raw) {
            columns.add(signal, raw, catalogue.catalogue().signal(signal).quality(raw));
        }

        @Override
        public void onDouble(int signal, double raw) {
            columns.add(signal, raw, catalogue.catalogue().signal(signal).quality(raw));
        }

        void hear(int bus, int id, byte[] buffer, int offset, int length) {
            heard.add(
                    new HeardCodes(
                            "%s/%02X"
                                    .formatted(
                                            catalogue.catalogue().buses().get(bus).name(),
                                            id & 0xFF),
                            timeUs,
                            Dm1.read(buffer, offset, length)));
        }

        @Override
        public void onMessage(
                int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length) {
            if (isOfJ1939(catalogue, bus) && Dm1.isCarriedBy(id)) {
                hear(bus, id, buffer, offset, length);
            }
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
    }
}
