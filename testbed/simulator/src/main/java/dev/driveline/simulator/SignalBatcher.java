package dev.driveline.simulator;

import com.google.protobuf.ByteString;
import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.can.Decoder;
import dev.driveline.can.MessageSink;
import dev.driveline.can.Outcome;
import dev.driveline.can.Quality;
import dev.driveline.can.Reassembly;
import dev.driveline.can.SignalSink;
import dev.driveline.can.TransportFault;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.telemetry.v1.SignalEntry;
import dev.driveline.contract.telemetry.v1.ValueState;
import dev.driveline.contract.telemetry.v1.ValueType;
import dev.driveline.runtime.batch.Compression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decodes the frames of a vehicle in the vehicle, and collects the values into {@code
 * SignalBatch}es: a dictionary of names and types, columns, Zstandard.
 *
 * <p>A value is physical; an integer where the signal has neither factor nor offset, so that it is
 * exact. A frame that the catalogue does not describe is left out.
 */
final class SignalBatcher implements Batching, SignalSink, MessageSink {

    /** Before they are packed: the dictionary, and {@value #SAMPLE_BYTES} a sample. */
    private static final int MAX_BYTES = 56 * 1024;

    private static final int SAMPLE_BYTES = 12;
    private static final int ENTRY_BYTES = 8;

    private final byte[] bootId;
    private final Catalogue catalogue;
    private final Decoder decoder;
    private final Reassembly reassembly;
    private final Map<Entry, Integer> index = new HashMap<>();
    private final List<SignalEntry> dictionary = new ArrayList<>();
    private final List<ValueState> states = new ArrayList<>();
    private final BatchTime time = new BatchTime();
    private SignalColumns.Builder columns = SignalColumns.newBuilder();
    private boolean allValid = true;
    private int bytes;
    private int frames;
    private long seq;
    private long frameUs;

    private record Entry(int signal, ValueType type) {}

    /**
     * @param bootId 8 bytes, new for every start of the process
     * @param catalogue by which it decodes: the one that the registry has of the vehicle
     */
    SignalBatcher(byte[] bootId, Catalogue catalogue) {
        this.bootId = bootId.clone();
        this.catalogue = catalogue;
        this.decoder = Decoder.of(catalogue);
        this.reassembly = decoder.newReassembly();
    }

    @Override
    public UpTopic topic() {
        return UpTopic.SIGNALS;
    }

    @Override
    public boolean isEmpty() {
        return states.isEmpty();
    }

    @Override
    public long spanUs() {
        return time.spanUs();
    }

    @Override
    public boolean isFull() {
        return bytes >= MAX_BYTES;
    }

    @Override
    public void add(long timeUs, String bus, int id, int flags, byte[] payload, int length) {
        int place = catalogue.busIndex(bus);
        frameUs = timeUs;
        frames++;
        Outcome outcome = decoder.decode(place, id, flags, payload, 0, length, this);
        if (outcome == Outcome.TRANSPORT) {
            reassembly.accept(place, id, flags, payload, 0, length, timeUs, this);
        }
    }

    @Override
    public void onMessage(
            int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length) {
        var _ = decoder.decodeMessage(bus, id, flags, buffer, offset, length, this);
    }

    @Override
    public void onLoss(int bus, int id, TransportFault fault) {
        // As a frame that the bus lost: there is nothing to send.
    }

    @Override
    public void onLong(int signal, long raw) {
        CatalogueSignal of = catalogue.signal(signal);
        boolean plain = of.signal().factor() == 1 && of.signal().offset() == 0;
        boolean whole = plain && !(of.signal().isUnsigned64() && raw < 0);
        ValueType type = whole ? ValueType.VALUE_TYPE_INT : ValueType.VALUE_TYPE_DOUBLE;
        if (sample(of, type, of.quality(raw))) {
            if (whole) {
                columns.addInts(raw);
            } else {
                columns.addDoubles(of.physical(raw));
            }
        }
    }

    @Override
    public void onDouble(int signal, double raw) {
        CatalogueSignal of = catalogue.signal(signal);
        if (sample(of, ValueType.VALUE_TYPE_DOUBLE, of.quality(raw))) {
            columns.addDoubles(of.physical(raw));
        }
    }

    /** Whether it has a value. */
    private boolean sample(CatalogueSignal signal, ValueType type, Quality quality) {
        ValueState state =
                switch (quality) {
                    case GOOD, OUT_OF_RANGE -> ValueState.VALUE_STATE_VALID;
                    case NOT_AVAILABLE -> ValueState.VALUE_STATE_NOT_AVAILABLE;
                    case ERROR -> ValueState.VALUE_STATE_ERROR;
                };
        columns.addDtUs(time.next(frameUs)).addIdx(placeOf(signal, type));
        states.add(state);
        allValid &= state == ValueState.VALUE_STATE_VALID;
        bytes += SAMPLE_BYTES;
        return state == ValueState.VALUE_STATE_VALID;
    }

    private int placeOf(CatalogueSignal signal, ValueType type) {
        Entry entry = new Entry(signal.index(), type);
        Integer place = index.get(entry);
        if (place == null) {
            place = dictionary.size();
            index.put(entry, place);
            dictionary.add(
                    SignalEntry.newBuilder()
                            .setId(signal.index())
                            .setName(signal.fullName())
                            .setType(type)
                            .build());
            bytes += signal.fullName().length() + ENTRY_BYTES;
        }
        return place;
    }

    @Override
    public Batcher.Batch finish(Origin origin, List<Lost> lost) {
        seq++;
        if (!allValid) {
            columns.addAllState(states);
        }
        SignalBatch batch =
                SignalBatch.newBuilder()
                        .setSchema(1)
                        .setBootId(ByteString.copyFrom(bootId))
                        .setSeq(seq)
                        .setOrigin(origin)
                        .addAllLost(lost)
                        .setMonoUs(System.nanoTime() / 1_000)
                        .setT0Us(time.firstUs())
                        .setClock(BatchTime.CLOCK)
                        .setClockErrorUs(BatchTime.CLOCK_ERROR_US)
                        .addAllDictionary(dictionary)
                        .setCodec(Codec.CODEC_ZSTD)
                        .setPackedColumns(
                                ByteString.copyFrom(
                                        Compression.pack(columns.build().toByteArray())))
                        .setSampleCount(states.size())
                        .build();
        Batcher.Batch finished = new Batcher.Batch(seq, batch.toByteArray(), frames);
        index.clear();
        dictionary.clear();
        states.clear();
        columns = SignalColumns.newBuilder();
        allValid = true;
        bytes = 0;
        frames = 0;
        time.close();
        return finished;
    }
}
