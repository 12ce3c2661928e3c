package dev.driveline.simulator.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.telemetry.v1.CanBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the generator writes, read by Netty's decoder, which it does not use itself. */
class PacketsTest {

    private static final UnpooledByteBufAllocator BUFFERS = UnpooledByteBufAllocator.DEFAULT;
    private static final byte[] BOOT = {1, 2, 3, 4, 5, 6, 7, (byte) 0xF8};

    private final EmbeddedChannel decoder = new EmbeddedChannel(new MqttDecoder(1 << 20));

    private <T> T decoded(ByteBuf packet, Class<T> type) {
        assertTrue(decoder.writeInbound(packet));
        MqttMessage message = decoder.readInbound();
        assertTrue(message.decoderResult().isSuccess(), () -> message.decoderResult().toString());
        return assertInstanceOf(type, message);
    }

    @ParameterizedTest
    @ValueSource(ints = {Packets.MQTT_3_1_1, Packets.MQTT_5})
    void connectSaysProtocolIdentityAndKeepAlive(int protocol) {
        MqttConnectMessage connect =
                decoded(
                        Packets.connect(BUFFERS, protocol, Fleet.vin(7).value(), 600),
                        MqttConnectMessage.class);

        assertEquals(protocol, connect.variableHeader().version());
        assertEquals(600, connect.variableHeader().keepAliveTimeSeconds());
        assertTrue(connect.variableHeader().isCleanSession());
        assertEquals("WDRVL000000000007", connect.payload().clientIdentifier());
    }

    @ParameterizedTest
    @CsvSource({
        "4, 32, 1",
        "5, 32, 1",
        "5, 127, 5",
        "5, 128, 5",
        "5, 200, 128",
        "4, 16384, 70000",
        "5, 65000, 34359738367"
    })
    void publishHoldsABatchOfTheStatedSizeAndNumber(int protocol, int bytes, long seq)
            throws Exception {
        // The decoder learns the protocol's version from CONNECT.
        decoded(Packets.connect(BUFFERS, protocol, "V", 60), MqttConnectMessage.class);
        byte[] topic = "v1/V/up/can".getBytes(StandardCharsets.UTF_8);

        MqttPublishMessage publish =
                decoded(
                        Packets.publish(
                                BUFFERS, protocol, topic, 9, BatchForm.of(BOOT, bytes), seq),
                        MqttPublishMessage.class);

        assertEquals("v1/V/up/can", publish.variableHeader().topicName());
        assertEquals(9, publish.variableHeader().packetId());
        assertEquals(MqttQoS.AT_LEAST_ONCE, publish.fixedHeader().qosLevel());
        assertEquals(bytes, publish.payload().readableBytes());
        CanBatch batch = CanBatch.parseFrom(ByteBufUtil.getBytes(publish.payload()));
        assertEquals(seq, batch.getSeq());
        assertEquals(1, batch.getSchema());
        assertEquals(8, batch.getBootId().size());
        publish.release();
    }

    @Test
    void theSmallOnesAreWhatTheySay() {
        assertEquals(
                513,
                decoded(Packets.puback(BUFFERS, 513), MqttPubAckMessage.class)
                        .variableHeader()
                        .messageId());
        assertEquals(
                MqttMessageType.PINGREQ,
                decoded(Packets.ping(BUFFERS), MqttMessage.class).fixedHeader().messageType());
        assertEquals(
                MqttMessageType.DISCONNECT,
                decoded(Packets.disconnect(BUFFERS), MqttMessage.class)
                        .fixedHeader()
                        .messageType());
    }

    @Test
    void aBatchTooSmallForItsHeadIsRefused() {
        org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class, () -> BatchForm.of(BOOT, 20));
        assertEquals(32, filled(BatchForm.of(BOOT, 32)).readableBytes());
    }

    private static ByteBuf filled(BatchForm form) {
        ByteBuf out = Unpooled.buffer();
        form.write(out, 1);
        return out;
    }
}
