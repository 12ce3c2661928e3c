package dev.driveline.gateway.link;

import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.acl.TopicAcl;
import org.jspecify.annotations.Nullable;

/** What a CONNECT must hold. Source: MQTT 5 §3.1.2, §3.1.3; contract section 1. */
final class ConnectRules {

    private ConnectRules() {}

    static Input.@Nullable Objection objection(Input.Connect connect) {
        Input.Gate gate = connect.gate();
        if (gate.objection() != null) {
            return gate.objection();
        }
        Integer receiveMaximum = connect.receiveMaximum();
        if (receiveMaximum != null && receiveMaximum == 0) {
            return refuse(ConnectRefusal.PROTOCOL_ERROR, "Receive Maximum 0, expected 1 or more");
        }
        Long maxPacketBytes = connect.maxPacketBytes();
        if (maxPacketBytes != null && maxPacketBytes == 0) {
            return refuse(
                    ConnectRefusal.PROTOCOL_ERROR, "Maximum Packet Size 0, expected 1 or more");
        }
        if (connect.authenticationMethod()) {
            return refuse(
                    ConnectRefusal.AUTHENTICATION_METHOD,
                    "an Authentication Method was asked for; a vehicle is known by its certificate");
        }
        if (!gate.vin().value().equals(connect.clientId())) {
            return refuse(
                    ConnectRefusal.CLIENT_ID,
                    "client id '" + connect.clientId() + "', the certificate is for " + gate.vin());
        }
        return connect.will() == null ? null : objection(connect, connect.will());
    }

    private static Input.@Nullable Objection objection(Input.Connect connect, Input.Will will) {
        if (will.retain() && connect.protocol() == Protocol.MQTT_5) {
            return refuse(ConnectRefusal.RETAIN_NOT_SUPPORTED, "its will asks to be retained");
        }
        return topicOf(will, connect.gate().acl()) == null
                ? refuse(
                        ConnectRefusal.NOT_AUTHORIZED,
                        "its will goes to '" + will.topicName() + "', not one of its own topics")
                : null;
    }

    static @Nullable UpTopic topicOf(Input.Will will, TopicAcl acl) {
        return acl.publish(will.topicName()) instanceof TopicAcl.Publish.Allowed(UpTopic topic)
                ? topic
                : null;
    }

    private static Input.Objection refuse(ConnectRefusal refusal, String why) {
        return new Input.Objection(refusal, why);
    }
}
