package dev.driveline.can;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns frames into raw values by the plans of a catalogue. Immutable, any thread; decoding
 * allocates nothing.
 */
public final class Decoder {
    private static final int NOT_DATA = FrameFlags.REMOTE | FrameFlags.ERROR;

    private final Catalogue catalogue;
    private final BusPlan[] buses;

    private Decoder(Catalogue catalogue, BusPlan[] buses) {
        this.catalogue = catalogue;
        this.buses = buses;
    }

    public static Decoder of(Catalogue catalogue) {
        var plans = new BusPlan[catalogue.buses().size()];
        int firstIndex = 0;
        for (int i = 0; i < plans.length; i++) {
            CatalogueBus bus = catalogue.buses().get(i);
            plans[i] = BusPlan.of(bus, firstIndex);
            firstIndex += bus.dbc().signalCount();
        }
        return new Decoder(catalogue, plans);
    }

    /**
     * Decodes one frame into the sink.
     *
     * @param bus {@link Catalogue#busIndex}; -1, for none, gives UNKNOWN_ID
     * @param id 11 or 29 bits
     * @param flags of {@link FrameFlags}
     * @param length of the payload, in bytes; it must lie within the buffer, else
     *     IndexOutOfBoundsException
     */
    public Outcome decode(
            int bus, int id, int flags, byte[] buffer, int offset, int length, SignalSink sink) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if ((flags & NOT_DATA) != 0) {
            return Outcome.NO_DATA;
        }
        @Nullable MessagePlan plan = bus < 0 ? null : buses[bus].find(id, flags);
        return plan == null ? Outcome.UNKNOWN_ID : plan.decode(buffer, offset, length, sink);
    }

    /**
     * The message of an identifier, whether a frame or a transport carries it; null where there is
     * none.
     */
    public @Nullable Message message(int bus, int id, int flags) {
        MessagePlan plan = bus < 0 ? null : buses[bus].findMessage(id, flags);
        return plan == null ? null : plan.message;
    }

    /** For one vehicle: puts together what comes in several frames. */
    public Reassembly newReassembly() {
        return Reassembly.of(catalogue, buses);
    }

    /**
     * Decodes a message that {@link Reassembly} gave, of up to {@value Message#MAX_BYTES} bytes.
     * The parameters are those of {@link #decode}.
     */
    public Outcome decodeMessage(
            int bus, int id, int flags, byte[] buffer, int offset, int length, SignalSink sink) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        @Nullable MessagePlan plan = bus < 0 ? null : buses[bus].findMessage(id, flags);
        return plan == null ? Outcome.UNKNOWN_ID : plan.decode(buffer, offset, length, sink);
    }
}
