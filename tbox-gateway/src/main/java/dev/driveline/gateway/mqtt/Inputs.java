package dev.driveline.gateway.mqtt;

import dev.driveline.contract.vehicle.VehicleSession.UserProperty;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Input;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From Netty's MQTT packets to what a link takes. */
final class Inputs {

    private static final int MAX_USER_PROPERTIES = 16;

    private Inputs() {}

    static Input of(MqttMessage message) {
        DecoderResult result = message.decoderResult();
        if (result.isFailure()) {
            return undecodable(result.cause());
        }
        return switch (message.fixedHeader().messageType()) {
            case PUBLISH -> publish((MqttPublishMessage) message);
            case PUBACK -> new Input.PubAck(packetId(message), code(message));
            case PUBREC -> new Input.PubRec(packetId(message));
            case PUBREL -> new Input.PubRel(packetId(message));
            case PUBCOMP -> new Input.PubComp(packetId(message));
            case SUBSCRIBE -> subscribe((MqttSubscribeMessage) message);
            case UNSUBSCRIBE -> {
                MqttUnsubscribeMessage unsubscribe = (MqttUnsubscribeMessage) message;
                yield new Input.Unsubscribe(
                        unsubscribe.variableHeader().messageId(),
                        List.copyOf(unsubscribe.payload().topics()));
            }
            case PINGREQ -> new Input.PingReq();
            case DISCONNECT -> disconnect(message);
            case CONNECT, CONNACK, SUBACK, UNSUBACK, PINGRESP, AUTH ->
                    new Input.Unexpected(message.fixedHeader().messageType().name());
        };
    }

    static Input undecodable(Throwable cause) {
        return cause instanceof TooLongFrameException
                ? new Input.Undecodable(
                        CloseReason.PACKET_TOO_LARGE, String.valueOf(cause.getMessage()))
                : new Input.Undecodable(
                        CloseReason.MALFORMED_PACKET, String.valueOf(cause.getMessage()));
    }

    private static Input publish(MqttPublishMessage message) {
        MqttProperties properties = message.variableHeader().properties();
        Integer alias = integer(properties, MqttProperties.TOPIC_ALIAS);
        return new Input.Publish(
                message.variableHeader().packetId(),
                message.fixedHeader().qosLevel().value(),
                message.fixedHeader().isDup(),
                message.fixedHeader().isRetain(),
                message.variableHeader().topicName(),
                alias != null,
                alias == null ? 0 : alias,
                bytes(message.payload()),
                properties.isEmpty() ? Input.Extras.NONE : extras(properties));
    }

    private static Input.Extras extras(MqttProperties properties) {
        return new Input.Extras(
                user(properties),
                text(properties, MqttProperties.RESPONSE_TOPIC),
                binary(properties, MqttProperties.CORRELATION_DATA),
                !properties.getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER).isEmpty());
    }

    private static Input subscribe(MqttSubscribeMessage message) {
        return new Input.Subscribe(
                message.variableHeader().messageId(),
                message.payload().topicSubscriptions().stream()
                        .map(asked ->
                                new Input.Wish(
                                        asked.topicFilter(), asked.qualityOfService().value()))
                        .toList(),
                !message.idAndPropertiesVariableHeader()
                        .properties()
                        .getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER)
                        .isEmpty());
    }

    private static Input disconnect(MqttMessage message) {
        if (message.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader head) {
            Integer expiryS = integer(head.properties(), MqttProperties.SESSION_EXPIRY_INTERVAL);
            return new Input.Disconnect(
                    head.reasonCode() & 0xFF,
                    expiryS == null ? null : Integer.toUnsignedLong(expiryS));
        }
        return new Input.Disconnect(0, null);
    }

    private static int packetId(MqttMessage message) {
        return ((MqttMessageIdVariableHeader) message.variableHeader()).messageId();
    }

    private static int code(MqttMessage message) {
        return message.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply
                ? reply.reasonCode() & 0xFF
                : 0;
    }

    private static byte[] bytes(ByteBuf payload) {
        return ByteBufUtil.getBytes(payload);
    }

    static @Nullable Integer integer(MqttProperties properties, int property) {
        return properties.getProperty(property) instanceof MqttProperties.IntegerProperty found
                ? found.value()
                : null;
    }

    static @Nullable Long unsigned(MqttProperties properties, int property) {
        Integer found = integer(properties, property);
        return found == null ? null : Integer.toUnsignedLong(found);
    }

    static @Nullable String text(MqttProperties properties, int property) {
        return properties.getProperty(property) instanceof MqttProperties.StringProperty found
                ? found.value()
                : null;
    }

    private static byte @Nullable [] binary(MqttProperties properties, int property) {
        return properties.getProperty(property) instanceof MqttProperties.BinaryProperty found
                ? found.value()
                : null;
    }

    /** The first sixteen. */
    static List<UserProperty> user(MqttProperties properties) {
        List<UserProperty> found = new ArrayList<>();
        for (MqttProperties.MqttProperty<?> property :
                properties.getProperties(MqttProperties.USER_PROPERTY)) {
            if (found.size() < MAX_USER_PROPERTIES
                    && property instanceof MqttProperties.UserProperty user) {
                found.add(new UserProperty(user.value().key, user.value().value));
            }
        }
        return found;
    }
}
