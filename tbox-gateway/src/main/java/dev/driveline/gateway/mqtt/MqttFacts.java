package dev.driveline.gateway.mqtt;

import dev.driveline.contract.kafka.Headers;
import dev.driveline.gateway.uplink.Parcel;
import io.netty.handler.codec.mqtt.MqttProperties;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes MQTT 5 properties. Source: MQTT 5 §2.2.2. */
final class MqttFacts {

    private static final int MAX_USER_HEADERS = 16;
    private static final int MAX_REASON_CHARACTERS = 200;

    private MqttFacts() {}

    static @Nullable Integer integer(MqttProperties properties, int property) {
        return properties.getProperty(property) instanceof MqttProperties.IntegerProperty found
                ? found.value()
                : null;
    }

    /**
     * User properties as record headers, with a prefix so that they cannot pass for one of ours.
     */
    static List<Parcel.Header> userHeaders(MqttProperties properties) {
        List<Parcel.Header> headers = new ArrayList<>();
        for (MqttProperties.MqttProperty<?> property :
                properties.getProperties(MqttProperties.USER_PROPERTY)) {
            if (headers.size() < MAX_USER_HEADERS
                    && property instanceof MqttProperties.UserProperty user) {
                headers.add(
                        Parcel.Header.of(
                                Headers.USER_PREFIX + user.value().key, user.value().value));
            }
        }
        return headers;
    }

    static MqttProperties reason(String why) {
        MqttProperties properties = new MqttProperties();
        String text =
                why.length() <= MAX_REASON_CHARACTERS
                        ? why
                        : why.substring(0, MAX_REASON_CHARACTERS);
        properties.add(new MqttProperties.StringProperty(MqttProperties.REASON_STRING, text));
        return properties;
    }
}
