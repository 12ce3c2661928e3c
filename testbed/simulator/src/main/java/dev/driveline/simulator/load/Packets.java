package dev.driveline.simulator.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * The few MQTT packets that a vehicle under load sends, written by hand so that no fault is shared
 * with the decoders of the servers.
 *
 * <p>Source: MQTT 3.1.1 §3, MQTT 5 §3.
 */
final class Packets {

    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    /** Protocol levels as CONNECT carries them. */
    static final int MQTT_3_1_1 = 4;

    static final int MQTT_5 = 5;

    private static final int CLEAN_START = 0x02;
    private static final int QOS_1 = 0x02;
    private static final byte[] PROTOCOL_NAME = {0, 4, 'M', 'Q', 'T', 'T'};
    private static final int MAX_VARINT = 4;

    private Packets() {}

    /** CONNECT with a clean start and, in MQTT 5, no property: the session ends with the link. */
    static ByteBuf connect(
            ByteBufAllocator buffers, int protocol, String clientId, int keepAliveS) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        boolean five = protocol == MQTT_5;
        int length = PROTOCOL_NAME.length + 1 + 1 + 2 + (five ? 1 : 0) + 2 + id.length;
        ByteBuf out = buffers.directBuffer(1 + MAX_VARINT + length);
        out.writeByte(1 << 4);
        remainingLength(out, length);
        out.writeBytes(PROTOCOL_NAME).writeByte(protocol).writeByte(CLEAN_START);
        out.writeShort(keepAliveS);
        if (five) {
            out.writeByte(0);
        }
        return out.writeShort(id.length).writeBytes(id);
    }

    /** PUBLISH at QoS 1 of one batch. */
    static ByteBuf publish(
            ByteBufAllocator buffers,
            int protocol,
            byte[] topic,
            int packetId,
            BatchForm form,
            long seq) {
        int properties = protocol == MQTT_5 ? 1 : 0;
        int length = 2 + topic.length + 2 + properties + form.bytes();
        ByteBuf out = buffers.directBuffer(1 + MAX_VARINT + length);
        out.writeByte((PUBLISH << 4) | QOS_1);
        remainingLength(out, length);
        out.writeShort(topic.length).writeBytes(topic).writeShort(packetId);
        if (properties == 1) {
            out.writeByte(0);
        }
        form.write(out, seq);
        return out;
    }

    /** PUBACK of a PUBLISH that came down. */
    static ByteBuf puback(ByteBufAllocator buffers, int packetId) {
        return buffers.directBuffer(4).writeByte(PUBACK << 4).writeByte(2).writeShort(packetId);
    }

    static ByteBuf ping(ByteBufAllocator buffers) {
        return buffers.directBuffer(2).writeByte(12 << 4).writeByte(0);
    }

    static ByteBuf disconnect(ByteBufAllocator buffers) {
        return buffers.directBuffer(2).writeByte(DISCONNECT << 4).writeByte(0);
    }

    private static void remainingLength(ByteBuf out, int length) {
        int rest = length;
        while (rest > 0x7F) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
