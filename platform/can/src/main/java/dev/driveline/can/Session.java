package dev.driveline.can;

import java.util.BitSet;

/** A message of which some frames have come. Of one thread. */
final class Session {
    /** How the frames of a message are sent. */
    enum Kind {
        /** ISO 15765-2: N_Cr. */
        ISO_TP(0, 1_000_000),
        /** To all, SAE J1939-21 §5.10.3.1: T1. */
        BROADCAST(1, 750_000),
        /** To one, which may have frames repeated; SAE J1939-21 §5.10.3.2: T2 and T3. */
        ADDRESSED(2, 1_250_000);

        /** In the binary form. */
        final int code;

        final long timeoutUs;

        Kind(int code, long timeoutUs) {
            this.code = code;
            this.timeoutUs = timeoutUs;
        }
    }

    /**
     * Whose message it is.
     *
     * @param from ISO-TP: the identifier, bit 31 set where extended; J1939: source and destination
     */
    record Key(int bus, Kind kind, int from) {}

    final Key key;
    final int id;
    final int flags;
    final long startUs;
    final byte[] data;

    /** Of the frames that carry it; of the first one in ISO-TP. */
    final int frameLength;

    /** Whose frames have come, of an ADDRESSED one by number from 0. */
    final BitSet packets = new BitSet();

    long lastUs;
    int received;
    int next;

    Session(Key key, int id, int flags, long startUs, int size, int frameLength) {
        this.key = key;
        this.id = id;
        this.flags = flags;
        this.startUs = startUs;
        this.frameLength = frameLength;
        data = new byte[size];
        lastUs = startUs;
        next = 1;
    }

    boolean isLate(long nowUs) {
        return nowUs - lastUs > key.kind().timeoutUs;
    }

    int missing() {
        return data.length - received;
    }

    /** Takes bytes at the end of what has come. */
    void append(byte[] buffer, int offset, int length) {
        System.arraycopy(buffer, offset, data, received, length);
        received += length;
    }

    void finish(MessageSink sink) {
        sink.onMessage(key.bus(), id, flags, startUs, data, 0, data.length);
    }
}
