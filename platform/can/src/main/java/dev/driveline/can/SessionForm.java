package dev.driveline.can;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The binary form of messages under way. All numbers are big-endian and unsigned, times signed.
 *
 * <pre>
 * 1  version, 1
 * 1  number of messages, least recently touched first
 * then for each message
 *   1  length of the bus' name, then the name in ASCII
 *   1  kind: 0 ISO-TP, 1 J1939 broadcast, 2 J1939 addressed
 *   4  from: identifier with bit 31 for extended; source and destination of J1939
 *   4  identifier of the message
 *   1  flags
 *   1  length of the first frame
 *   8  time of the first frame, microseconds; then 8, of the last
 *   2  next number
 *   2  size of the message
 *   2  bytes received (ISO-TP), else of the 32 bytes that say which packets came, those in use
 *   then those 32 (J1939 only, as many as said), and the bytes: those received, or all of J1939
 * </pre>
 */
final class SessionForm {
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 2;
    private static final int FIXED_BYTES = 34;
    private static final int MAX_NAME_BYTES = 32;
    private static final int MAX_PACKET_BYTES = 32;

    static final int MAX_BYTES =
            HEAD_BYTES
                    + Sessions.MAX
                            * (FIXED_BYTES + MAX_NAME_BYTES + MAX_PACKET_BYTES + Message.MAX_BYTES);

    private SessionForm() {}

    static byte[] encode(List<Session> sessions, Catalogue catalogue) {
        if (sessions.isEmpty()) {
            return new byte[0];
        }
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        out.put((byte) VERSION).put((byte) sessions.size());
        for (Session session : sessions) {
            byte[] name =
                    catalogue
                            .buses()
                            .get(session.key.bus())
                            .name()
                            .getBytes(StandardCharsets.US_ASCII);
            out.put((byte) name.length).put(name);
            out.put((byte) session.key.kind().code);
            out.putInt(session.key.from()).putInt(session.id);
            out.put((byte) session.flags).put((byte) session.frameLength);
            out.putLong(session.startUs).putLong(session.lastUs);
            out.putShort((short) session.next).putShort((short) session.data.length);
            if (session.key.kind() == Session.Kind.ISO_TP) {
                out.putShort((short) session.received).put(session.data, 0, session.received);
            } else {
                byte[] packets = session.packets.toByteArray();
                out.putShort((short) packets.length).put(packets).put(session.data);
            }
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    static List<Session> decode(byte[] bytes, Catalogue catalogue) {
        if (bytes.length == 0) {
            return List.of();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            require("version", in.get(), VERSION, VERSION);
            int count = require("number of messages", in.get(), 1, Sessions.MAX);
            var sessions = new ArrayList<Session>();
            for (int i = 0; i < count; i++) {
                Session session = decode(in, catalogue);
                if (session.key.bus() >= 0) {
                    sessions.add(session);
                }
            }
            require("number of bytes after the last message", in.remaining(), 0, 0);
            return sessions;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "transport state ends at byte %d, within a field".formatted(bytes.length), e);
        }
    }

    private static Session decode(ByteBuffer in, Catalogue catalogue) {
        byte[] name = new byte[require("length of a bus name", in.get(), 1, MAX_NAME_BYTES)];
        in.get(name);
        int bus = catalogue.busIndex(new String(name, StandardCharsets.US_ASCII));
        Session.Kind kind = kindOf(in.get());
        var key = new Session.Key(bus, kind, in.getInt());
        int id = require("identifier", in.getInt(), 0, FrameId.MAX_EXTENDED);
        int flags = require("flags", in.get(), 0, 0x3F);
        int frameLength = require("length of the first frame", in.get(), 1, 64);
        long startUs = in.getLong();
        long lastUs = in.getLong();
        int next = require("next number", in.getShort(), 0, 256);
        boolean isoTp = kind == Session.Kind.ISO_TP;
        int most = isoTp ? Message.MAX_BYTES : J1939Transport.MAX_BYTES;
        int size = require("size", in.getShort(), 1, most);
        var session = new Session(key, id, flags, startUs, size, frameLength);
        session.lastUs = lastUs;
        session.next = next;
        if (isoTp) {
            session.received = require("bytes received", in.getShort(), 0, size - 1);
            in.get(session.data, 0, session.received);
        } else {
            byte[] packets =
                    new byte[require("bytes of packets", in.getShort(), 0, MAX_PACKET_BYTES)];
            in.get(packets);
            session.packets.or(BitSet.valueOf(packets));
            require("last packet", session.packets.length(), 0, (size + 6) / 7);
            in.get(session.data);
        }
        return session;
    }

    private static Session.Kind kindOf(byte code) {
        return switch (code) {
            case 0 -> Session.Kind.ISO_TP;
            case 1 -> Session.Kind.BROADCAST;
            case 2 -> Session.Kind.ADDRESSED;
            default ->
                    throw new IllegalArgumentException(
                            "transport state's kind is %d, not 0..2".formatted(code));
        };
    }

    private static int require(String field, int observed, int least, int most) {
        if (observed < least || observed > most) {
            throw new IllegalArgumentException(
                    "transport state's %s is %d, not %d..%d"
                            .formatted(field, observed, least, most));
        }
        return observed;
    }
}
