package dev.driveline.can;

/**
 * J1939's transport protocol as somebody hears it who takes no part: broadcasts, and messages to
 * one node with their acknowledgements and aborts. A source has one message under way to each
 * destination. Of one thread. Source: SAE J1939-21 §5.10.
 */
final class J1939Transport {
    static final int CONTROL_GROUP = 0xEC00;
    static final int DATA_GROUP = 0xEB00;

    static final int MAX_BYTES = 1_785;

    private static final int MIN_BYTES = 9;
    private static final int FRAME_BYTES = 8;
    private static final int PACKET_BYTES = 7;
    private static final int TO_ALL = 0xFF;
    private static final int PRIORITY_MASK = 0x1C00_0000;

    private static final int REQUEST_TO_SEND = 16;
    private static final int CLEAR_TO_SEND = 17;
    private static final int END_OF_MESSAGE = 19;
    private static final int BROADCAST_ANNOUNCE = 32;
    private static final int ABORT = 255;

    private final Sessions sessions;

    J1939Transport(Sessions sessions) {
        this.sessions = sessions;
    }

    static boolean carries(int group) {
        return group == CONTROL_GROUP || group == DATA_GROUP;
    }

    void accept(
            int bus, int id, byte[] buffer, int offset, int length, long timeUs, MessageSink sink) {
        if (length < FRAME_BYTES) {
            sink.onLoss(bus, id, TransportFault.MALFORMED);
        } else if (Pgn.numberOf(id) == CONTROL_GROUP) {
            control(bus, id, buffer, offset, timeUs, sink);
        } else {
            data(bus, id, buffer, offset, timeUs, sink);
        }
    }

    private static int source(int id) {
        return id & 0xFF;
    }

    private static int destination(int id) {
        return id >>> 8 & 0xFF;
    }

    private static Session.Key key(int bus, int source, int destination) {
        Session.Kind kind = destination == TO_ALL ? Session.Kind.BROADCAST : Session.Kind.ADDRESSED;
        return new Session.Key(bus, kind, source << 8 | destination);
    }

    private void control(
            int bus, int id, byte[] buffer, int offset, long timeUs, MessageSink sink) {
        int group =
                (buffer[offset + 5] & 0xFF)
                        | (buffer[offset + 6] & 0xFF) << 8
                        | (buffer[offset + 7] & 0xFF) << 16;
        Session.Key own = key(bus, source(id), destination(id));
        Session.Key other = key(bus, destination(id), source(id));
        switch (buffer[offset] & 0xFF) {
            case REQUEST_TO_SEND, BROADCAST_ANNOUNCE ->
                    begin(own, id, group, buffer, offset, timeUs, sink);
            case CLEAR_TO_SEND -> {
                Session session = sessions.find(other);
                if (session != null && !sessions.loseIfLate(session, timeUs, sink)) {
                    sessions.touch(session, timeUs);
                }
            }
            case END_OF_MESSAGE -> giveUp(other, group, TransportFault.SEQUENCE, timeUs, sink);
            case ABORT -> {
                giveUp(own, group, TransportFault.ABORTED, timeUs, sink);
                giveUp(other, group, TransportFault.ABORTED, timeUs, sink);
            }
            default -> sink.onLoss(bus, id, TransportFault.MALFORMED);
        }
    }

    private void begin(
            Session.Key key,
            int id,
            int group,
            byte[] buffer,
            int offset,
            long timeUs,
            MessageSink sink) {
        int size = (buffer[offset + 1] & 0xFF) | (buffer[offset + 2] & 0xFF) << 8;
        int packets = buffer[offset + 3] & 0xFF;
        boolean announced = (buffer[offset] & 0xFF) == BROADCAST_ANNOUNCE;
        if (size < MIN_BYTES
                || size > MAX_BYTES
                || packets != packetsOf(size)
                || announced != (key.kind() == Session.Kind.BROADCAST)
                || group > 0x3FFFF) {
            sink.onLoss(
                    key.bus(),
                    id,
                    size > MAX_BYTES ? TransportFault.TOO_LONG : TransportFault.MALFORMED);
            return;
        }
        int destination = Pgn.isAddressed(group) ? destination(id) << 8 : 0;
        int carried =
                (id & PRIORITY_MASK)
                        | Pgn.withoutDestination(group) << 8
                        | destination
                        | source(id);
        sessions.open(
                new Session(key, carried, FrameFlags.EXTENDED, timeUs, size, FRAME_BYTES), sink);
    }

    private static int packetsOf(int size) {
        return (size + PACKET_BYTES - 1) / PACKET_BYTES;
    }

    /** What is still under way here although the other side has all is what we did not hear. */
    private void giveUp(
            Session.Key key, int group, TransportFault fault, long timeUs, MessageSink sink) {
        Session session = sessions.find(key);
        if (session != null
                && !sessions.loseIfLate(session, timeUs, sink)
                && Pgn.numberOf(session.id) == Pgn.withoutDestination(group)) {
            sessions.lose(session, fault, sink);
        }
    }

    private void data(int bus, int id, byte[] buffer, int offset, long timeUs, MessageSink sink) {
        Session session = sessions.find(key(bus, source(id), destination(id)));
        if (session == null) {
            sink.onLoss(bus, id, TransportFault.NO_START);
            return;
        }
        if (sessions.loseIfLate(session, timeUs, sink)) {
            return;
        }
        int number = buffer[offset] & 0xFF;
        boolean there = number > 0 && number <= packetsOf(session.data.length);
        boolean inOrder = session.key.kind() == Session.Kind.ADDRESSED || number == session.next;
        if (!there || !inOrder) {
            sessions.lose(session, TransportFault.SEQUENCE, sink);
            return;
        }
        // The other side may have asked for any packet again.
        int from = (number - 1) * PACKET_BYTES;
        int taken = Math.min(PACKET_BYTES, session.data.length - from);
        System.arraycopy(buffer, offset + 1, session.data, from, taken);
        session.packets.set(number - 1);
        session.next = number + 1;
        if (session.packets.cardinality() < packetsOf(session.data.length)) {
            sessions.touch(session, timeUs);
            return;
        }
        sessions.close(session);
        session.finish(sink);
    }
}
