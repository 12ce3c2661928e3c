package dev.driveline.gateway.link;

import dev.driveline.contract.vehicle.OfflineCause;

/**
 * Why the gateway closes a link: the MQTT 5 reason code of its DISCONNECT, and what presence says.
 */
public enum CloseReason {
    PROTOCOL_ERROR(0x82, OfflineCause.PROTOCOL_ERROR),
    NOT_AUTHORIZED(0x87, OfflineCause.REVOKED),
    DRAINED(0x8B, OfflineCause.DRAINED),
    KEEPALIVE_TIMEOUT(0x8D, OfflineCause.KEEPALIVE_TIMEOUT),
    TAKEN_OVER(0x8E, OfflineCause.TAKEN_OVER),
    FOREIGN_TOPIC(0x87, OfflineCause.PROTOCOL_ERROR),
    TOPIC_ALIAS_INVALID(0x94, OfflineCause.PROTOCOL_ERROR),
    RETAIN_NOT_SUPPORTED(0x9A, OfflineCause.PROTOCOL_ERROR),
    CERTIFICATE_EXPIRED(0x87, OfflineCause.CERTIFICATE_EXPIRED),
    /** Kafka can no longer be written to by this producer. */
    UNAVAILABLE(0x88, OfflineCause.OTHER);

    private final int code;
    private final OfflineCause cause;

    CloseReason(int code, OfflineCause cause) {
        this.code = code;
        this.cause = cause;
    }

    /** MQTT 5 §2.4. */
    public int code() {
        return code;
    }

    public OfflineCause cause() {
        return cause;
    }
}
