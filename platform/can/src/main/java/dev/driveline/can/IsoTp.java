package dev.driveline.can;

/**
 * ISO-TP as somebody hears it who takes no part: single, first and consecutive frames, classic and
 * CAN FD; flow control is the other side's. Normal and normal fixed addressing. Of one thread.
 * Source: ISO 15765-2:2016 §9.6.
 */
final class IsoTp {
    private static final int MAX_CLASSIC_BYTES = 8;
    private static final int NUMBERS = 16;

    private final Sessions sessions;

    IsoTp(Sessions sessions) {
        this.sessions = sessions;
    }

    void accept(
            int bus,
            int id,
            int flags,
            byte[] buffer,
            int offset,
            int length,
            long timeUs,
            MessageSink sink) {
        if (length == 0) {
            sink.onLoss(bus, id, TransportFault.MALFORMED);
            return;
        }
        var key = new Session.Key(bus, Session.Kind.ISO_TP, BusPlan.wholeKey(id, flags));
        switch (buffer[offset] >>> 4 & 0xF) {
            case 0 -> single(key, id, flags, buffer, offset, length, timeUs, sink);
            case 1 -> first(key, id, flags, buffer, offset, length, timeUs, sink);
            case 2 -> consecutive(key, id, buffer, offset, length, timeUs, sink);
            case 3 -> {
                // Flow control says nothing about a message that this identifier sends.
            }
            default -> sink.onLoss(bus, id, TransportFault.MALFORMED);
        }
    }

    /** Of a CAN FD frame of more than 8 bytes the length stands in the second byte. */
    private void single(
            Session.Key key,
            int id,
            int flags,
            byte[] buffer,
            int offset,
            int length,
            long timeUs,
            MessageSink sink) {
        Session before = sessions.find(key);
        if (before != null) {
            sessions.replace(before, timeUs, sink);
        }
        boolean escaped = length > MAX_CLASSIC_BYTES && (buffer[offset] & 0xF) == 0;
        int head = escaped ? 2 : 1;
        int size = escaped ? buffer[offset + 1] & 0xFF : buffer[offset] & 0xF;
        if (size == 0 || head + size > length) {
            sink.onLoss(key.bus(), id, TransportFault.MALFORMED);
            return;
        }
        sink.onMessage(key.bus(), id, flags, timeUs, buffer, offset + head, size);
    }

    /** A length of 0 says that a 32-bit one follows, which only longer messages need. */
    private void first(
            Session.Key key,
            int id,
            int flags,
            byte[] buffer,
            int offset,
            int length,
            long timeUs,
            MessageSink sink) {
        if (length < 2) {
            sink.onLoss(key.bus(), id, TransportFault.MALFORMED);
            return;
        }
        int size = (buffer[offset] & 0xF) << 8 | (buffer[offset + 1] & 0xFF);
        int there = length - 2;
        if (size == 0 || size <= there) {
            TransportFault fault = size == 0 ? TransportFault.TOO_LONG : TransportFault.MALFORMED;
            sink.onLoss(key.bus(), id, fault);
            return;
        }
        var session =
                new Session(
                        key, id, flags, timeUs, size, Math.min(length, CatalogueBus.MAX_FD_BYTES));
        session.append(buffer, offset + 2, there);
        sessions.open(session, sink);
    }

    private void consecutive(
            Session.Key key,
            int id,
            byte[] buffer,
            int offset,
            int length,
            long timeUs,
            MessageSink sink) {
        Session session = sessions.find(key);
        if (session == null) {
            sink.onLoss(key.bus(), id, TransportFault.NO_START);
            return;
        }
        if (sessions.loseIfLate(session, timeUs, sink)) {
            return;
        }
        if ((buffer[offset] & 0xF) != session.next) {
            sessions.lose(session, TransportFault.SEQUENCE, sink);
            return;
        }
        int taken = Math.min(length - 1, session.missing());
        if (taken < session.missing() && length < session.frameLength) {
            sessions.lose(session, TransportFault.MALFORMED, sink);
            return;
        }
        session.append(buffer, offset + 1, taken);
        session.next = (session.next + 1) % NUMBERS;
        if (session.missing() > 0) {
            sessions.touch(session, timeUs);
            return;
        }
        sessions.close(session);
        session.finish(sink);
    }
}
