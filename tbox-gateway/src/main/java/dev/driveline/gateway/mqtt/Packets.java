package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.link.Protocol;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** From what a link wants sent to Netty's MQTT packets. */
final class Packets {

    private static final int MAX_REASON_CHARACTERS = 200;

    private static final MqttMessage PINGRESP =
            new MqttMessage(head(MqttMessageType.PINGRESP, MqttQoS.AT_MOST_ONCE, false));

    private final Protocol protocol;
    private final Limits limits;
    private final Vin vin;

    Packets(Protocol protocol, Limits limits, Vin vin) {
        this.protocol = protocol;
        this.limits = limits;
        this.vin = vin;
    }

    MqttConnAckMessage accept(Effect.Accept accept) {
        MqttProperties offer = new MqttProperties();
        if (mqtt5()) {
            integer(offer, MqttProperties.RECEIVE_MAXIMUM, limits.windowPackets());
            integer(offer, MqttProperties.TOPIC_ALIAS_MAXIMUM, limits.topicAliases());
            integer(offer, MqttProperties.MAXIMUM_PACKET_SIZE, limits.maxPacketBytes());
            integer(offer, MqttProperties.RETAIN_AVAILABLE, 0);
            integer(offer, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0);
            integer(offer, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0);
            integer(offer, MqttProperties.SESSION_EXPIRY_INTERVAL, (int) accept.sessionExpiryS());
            Integer keepAliveS = accept.keepAliveS();
            if (keepAliveS != null) {
                integer(offer, MqttProperties.SERVER_KEEP_ALIVE, keepAliveS);
            }
        }
        return connAck(0, accept.sessionPresent(), offer);
    }

    /** Null where the protocol has no code for it. */
    @Nullable MqttConnAckMessage refuse(Effect.Refuse refuse) {
        int code = refuse.refusal().code(protocol);
        return code == 0 ? null : connAck(code, false, reason(refuse.why()));
    }

    MqttMessage pubAck(int packetId, int code, @Nullable String why) {
        return reply(MqttMessageType.PUBACK, MqttQoS.AT_MOST_ONCE, packetId, code, why);
    }

    MqttMessage pubRec(int packetId, int code, @Nullable String why) {
        return reply(MqttMessageType.PUBREC, MqttQoS.AT_MOST_ONCE, packetId, code, why);
    }

    MqttMessage pubRel(int packetId, int code) {
        return reply(MqttMessageType.PUBREL, MqttQoS.AT_LEAST_ONCE, packetId, code, null);
    }

    MqttMessage pubComp(int packetId, int code) {
        return reply(MqttMessageType.PUBCOMP, MqttQoS.AT_MOST_ONCE, packetId, code, null);
    }

    MqttMessage subAck(Effect.SubAck subAck) {
        return new MqttSubAckMessage(
                head(MqttMessageType.SUBACK, MqttQoS.AT_MOST_ONCE, false),
                new MqttMessageIdAndPropertiesVariableHeader(
                        subAck.packetId(), MqttProperties.NO_PROPERTIES),
                new MqttSubAckPayload(subAck.codes()));
    }

    MqttMessage unsubAck(Effect.UnsubAck unsubAck) {
        return new MqttUnsubAckMessage(
                head(MqttMessageType.UNSUBACK, MqttQoS.AT_MOST_ONCE, false),
                new MqttMessageIdAndPropertiesVariableHeader(
                        unsubAck.packetId(), MqttProperties.NO_PROPERTIES),
                mqtt5()
                        ? new MqttUnsubAckPayload(
                                unsubAck.codes().stream().map(Integer::shortValue).toList())
                        : new MqttUnsubAckPayload());
    }

    MqttMessage pingResp() {
        return PINGRESP;
    }

    MqttMessage publish(Effect.Publish publish) {
        MqttProperties properties = MqttProperties.NO_PROPERTIES;
        if (mqtt5()) {
            properties = new MqttProperties();
            integer(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL, publish.expiryS());
            properties.add(
                    new MqttProperties.BinaryProperty(
                            MqttProperties.CORRELATION_DATA,
                            publish.id().getBytes(StandardCharsets.UTF_8)));
        }
        return new MqttPublishMessage(
                head(MqttMessageType.PUBLISH, MqttQoS.AT_LEAST_ONCE, publish.dup()),
                new MqttPublishVariableHeader(
                        publish.topic().of(vin), publish.packetId(), properties),
                Unpooled.wrappedBuffer(publish.payload().getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Null for 3.1.1, where only a client disconnects.
     *
     * @param serverReference where else to go; null for nowhere
     */
    @Nullable MqttMessage disconnect(
            CloseReason reason, String why, @Nullable String serverReference) {
        if (!mqtt5()) {
            return null;
        }
        MqttProperties properties = reason(why);
        if (serverReference != null) {
            properties.add(
                    new MqttProperties.StringProperty(
                            MqttProperties.SERVER_REFERENCE, serverReference));
        }
        return new MqttMessage(
                head(MqttMessageType.DISCONNECT, MqttQoS.AT_MOST_ONCE, false),
                new MqttReasonCodeAndPropertiesVariableHeader((byte) reason.code(), properties));
    }

    private MqttConnAckMessage connAck(int code, boolean present, MqttProperties properties) {
        return new MqttConnAckMessage(
                head(MqttMessageType.CONNACK, MqttQoS.AT_MOST_ONCE, false),
                new MqttConnAckVariableHeader(
                        MqttConnectReturnCode.valueOf((byte) code), present, properties));
    }

    private MqttMessage reply(
            MqttMessageType type, MqttQoS qos, int packetId, int code, @Nullable String why) {
        MqttFixedHeader head = head(type, qos, false);
        if (!mqtt5() || (code == 0 && why == null)) {
            return new MqttMessage(head, MqttMessageIdVariableHeader.from(packetId));
        }
        return new MqttMessage(
                head,
                new MqttPubReplyMessageVariableHeader(
                        packetId,
                        (byte) code,
                        why == null ? MqttProperties.NO_PROPERTIES : reason(why)));
    }

    private boolean mqtt5() {
        return protocol == Protocol.MQTT_5;
    }

    private MqttProperties reason(String why) {
        if (!mqtt5()) {
            return MqttProperties.NO_PROPERTIES;
        }
        MqttProperties properties = new MqttProperties();
        String text =
                why.length() <= MAX_REASON_CHARACTERS
                        ? why
                        : why.substring(0, MAX_REASON_CHARACTERS);
        properties.add(new MqttProperties.StringProperty(MqttProperties.REASON_STRING, text));
        return properties;
    }

    private static void integer(MqttProperties properties, int property, int value) {
        properties.add(new MqttProperties.IntegerProperty(property, value));
    }

    private static MqttFixedHeader head(MqttMessageType type, MqttQoS qos, boolean dup) {
        return new MqttFixedHeader(type, dup, qos, false, 0);
    }
}
