package dev.driveline.gateway;

import dev.driveline.contract.id.Vin;
import dev.driveline.testkit.TestIdentity;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * MQTT 3.1.1 by hand, to send what no client library sends: several packets in one segment, halves
 * of packets.
 */
final class RawVehicle implements AutoCloseable {

    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    private final SSLSocket socket;
    private final OutputStream out;
    private final DataInputStream in;

    /** One packet of the server. */
    record Packet(int type, int flags, byte[] body) {
        boolean dup() {
            return (flags & 8) != 0;
        }

        /** Of a QoS 1 or 2 PUBLISH. */
        int publishId() {
            int topicBytes = ((body[0] & 0xFF) << 8) | (body[1] & 0xFF);
            return ((body[2 + topicBytes] & 0xFF) << 8) | (body[3 + topicBytes] & 0xFF);
        }

        /** Of a CONNACK. */
        boolean sessionPresent() {
            return body[0] == 1;
        }

        int packetId() {
            return ((body[0] & 0xFF) << 8) | (body[1] & 0xFF);
        }
    }

    RawVehicle(int port, TestIdentity identity, KeyStore trusted) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), identity.sslContext(trusted));
    }

    /** TLS over a connection that stands; a context that is used again resumes its session. */
    RawVehicle(Socket connection, SSLContext context) throws IOException {
        socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(connection, "localhost", 8883, true);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        socket.startHandshake();
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    SSLSession session() {
        return socket.getSession();
    }

    /** Nothing comes for so long. */
    void staysSilentFor(Duration time) throws IOException {
        socket.setSoTimeout((int) time.toMillis());
        try {
            Packet unexpected = read();
            throw new AssertionError("expected silence, got packet type " + unexpected.type());
        } catch (SocketTimeoutException silent) {
            return;
        } finally {
            socket.setSoTimeout(10_000);
        }
    }

    void send(byte[]... packets) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            all.write(packet);
        }
        out.write(all.toByteArray());
        out.flush();
    }

    void sendByteByByte(byte[] packet) throws IOException {
        for (byte each : packet) {
            out.write(each);
            out.flush();
        }
    }

    Packet read() throws IOException {
        int head = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        return new Packet(head >> 4, head & 0xF, in.readNBytes(length));
    }

    static byte[] connect(Vin vin, int keepAliveS) {
        return packet(
                0x10,
                concat(
                        text("MQTT"),
                        new byte[] {4, 2, (byte) (keepAliveS >> 8), (byte) keepAliveS},
                        text(vin.value())));
    }

    /** MQTT 5 with a clean start and no properties. */
    static byte[] connectFive(Vin vin, int keepAliveS) {
        return packet(
                0x10,
                concat(
                        text("MQTT"),
                        new byte[] {5, 2, (byte) (keepAliveS >> 8), (byte) keepAliveS, 0},
                        text(vin.value())));
    }

    /** MQTT 5, with whatever head. */
    static byte[] publishFive(int head, int packetId, String topic, byte[] payload) {
        return packet(head, concat(text(topic), id(packetId), new byte[] {0}, payload));
    }

    /** Without a clean session. */
    static byte[] connectLasting(Vin vin, int keepAliveS) {
        return packet(
                0x10,
                concat(
                        text("MQTT"),
                        new byte[] {4, 0, (byte) (keepAliveS >> 8), (byte) keepAliveS},
                        text(vin.value())));
    }

    static byte[] publishExactlyOnce(int packetId, boolean dup, String topic, byte[] payload) {
        return packet(dup ? 0x3C : 0x34, concat(text(topic), id(packetId), payload));
    }

    static byte[] puback(int packetId) {
        return packet(0x40, id(packetId));
    }

    static byte[] pubrel(int packetId) {
        return packet(0x62, id(packetId));
    }

    static byte[] connectWithWill(Vin vin, int keepAliveS, String topic, byte[] payload) {
        byte[] flags = {4, 2 | 4 | 8, (byte) (keepAliveS >> 8), (byte) keepAliveS};
        return packet(
                0x10,
                concat(
                        text("MQTT"),
                        flags,
                        text(vin.value()),
                        text(topic),
                        id(payload.length),
                        payload));
    }

    static byte[] subscribe(int packetId, String filter) {
        return packet(0x82, concat(id(packetId), text(filter), new byte[] {1}));
    }

    static byte[] publish(int packetId, String topic, byte[] payload) {
        return packet(0x32, concat(text(topic), id(packetId), payload));
    }

    static byte[] publishAtMostOnce(String topic, byte[] payload) {
        return packet(0x30, concat(text(topic), payload));
    }

    static byte[] ping() {
        return new byte[] {(byte) 0xC0, 0};
    }

    private static byte[] packet(int head, byte[] body) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(head);
        int rest = body.length;
        do {
            int digit = rest % 128;
            rest /= 128;
            packet.write(rest > 0 ? digit | 0x80 : digit);
        } while (rest > 0);
        packet.writeBytes(body);
        return packet.toByteArray();
    }

    private static byte[] text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return concat(id(bytes.length), bytes);
    }

    private static byte[] id(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
