package dev.driveline.can;

import java.util.List;

/**
 * Puts messages together that come in several frames: J1939's transport protocol on buses matched
 * by {@link Matching#J1939}, ISO-TP where the bus has a {@link Transport}. It hears, and takes no
 * part. Of one vehicle, of one thread; {@value Sessions#MAX} messages under way at most.
 *
 * <p>It knows time by the frames only. {@link #toBytes} and {@link #restore} carry what is under
 * way over to a later one, even one of another catalogue, where the bus of that name goes on.
 */
public final class Reassembly {
    private final Catalogue catalogue;
    private final BusPlan[] buses;
    private final Sessions sessions = new Sessions();
    private final IsoTp isoTp = new IsoTp(sessions);
    private final J1939Transport j1939 = new J1939Transport(sessions);

    private Reassembly(Catalogue catalogue, BusPlan[] buses) {
        this.catalogue = catalogue;
        this.buses = buses;
    }

    /** For the buses of the catalogue that the decoder is of. */
    static Reassembly of(Catalogue catalogue, BusPlan[] buses) {
        return new Reassembly(catalogue, buses);
    }

    /**
     * Takes a frame, and gives the sink what it completes and what it shows to be lost. A frame
     * that no transport carries (any but one of {@link Outcome#TRANSPORT}) is ignored.
     *
     * @param bus {@link Catalogue#busIndex}; -1, for none, is ignored
     * @param timeUs when the frame came, microseconds since the epoch
     */
    public void accept(
            int bus,
            int id,
            int flags,
            byte[] buffer,
            int offset,
            int length,
            long timeUs,
            MessageSink sink) {
        if (bus < 0 || (flags & (FrameFlags.REMOTE | FrameFlags.ERROR)) != 0) {
            return;
        }
        BusPlan plan = buses[bus];
        if (plan.isJ1939Transport(id, flags)) {
            j1939.accept(bus, id, buffer, offset, length, timeUs, sink);
        } else if (plan.isIsoTp(id, flags)) {
            isoTp.accept(bus, id, flags, buffer, offset, length, timeUs, sink);
        }
    }

    /** Gives up what is late at that time. */
    public void expire(long nowUs, MessageSink sink) {
        sessions.expire(nowUs, sink);
    }

    /** Nothing is under way. */
    public boolean isEmpty() {
        return sessions.isEmpty();
    }

    /** What is under way, {@value SessionForm#MAX_BYTES} bytes at most; empty where nothing is. */
    public byte[] toBytes() {
        return SessionForm.encode(sessions.all(), catalogue);
    }

    /**
     * Goes on with what was under way elsewhere; of a bus that the catalogue has not, it is
     * dropped. Throws IllegalArgumentException, naming the field, where the bytes are none of
     * {@link #toBytes}.
     */
    public void restore(byte[] bytes) {
        List<Session> under = SessionForm.decode(bytes, catalogue);
        MessageSink none = new NoSink();
        under.forEach(session -> sessions.open(session, none));
    }

    /** Nothing is lost that was not lost before. */
    private static final class NoSink implements MessageSink {
        @Override
        public void onMessage(
                int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length) {}

        @Override
        public void onLoss(int bus, int id, TransportFault fault) {}
    }
}
