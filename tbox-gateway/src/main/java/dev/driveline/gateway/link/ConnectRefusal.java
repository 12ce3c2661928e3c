package dev.driveline.gateway.link;

/**
 * Reason codes of a CONNACK that refuses. Source: MQTT 5 §3.2.2.2, MQTT 3.1.1 §3.2.2.3; where 3.1.1
 * has no code, the connection closes without a CONNACK ([MQTT-3.1.4-1] of 3.1.1).
 */
public enum ConnectRefusal {
    PROTOCOL_ERROR(0x82, 0),
    UNSUPPORTED_VERSION(0x84, 0x01),
    CLIENT_ID(0x85, 0x02),
    NOT_AUTHORIZED(0x87, 0x05),
    UNAVAILABLE(0x88, 0x03),
    BANNED(0x8A, 0x05),
    AUTHENTICATION_METHOD(0x8C, 0),
    PACKET_TOO_LARGE(0x95, 0),
    QUOTA_EXCEEDED(0x97, 0x03),
    RETAIN_NOT_SUPPORTED(0x9A, 0x05),
    USE_ANOTHER_SERVER(0x9C, 0x03);

    private final int five;
    private final int three;

    ConnectRefusal(int five, int three) {
        this.five = five;
        this.three = three;
    }

    /** The code for a protocol; 0 where there is none. */
    public int code(Protocol protocol) {
        return switch (protocol) {
            case MQTT_5 -> five;
            case MQTT_3_1_1 -> three;
        };
    }
}
