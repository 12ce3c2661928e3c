package dev.driveline.gateway.link;

import dev.driveline.contract.vehicle.OfflineCause;

/**
 * Why the gateway closes a link: the MQTT 5 reason code of its DISCONNECT, what presence says, and
 * what becomes of the will.
 */
public enum CloseReason {
    MALFORMED_PACKET(0x81, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    PROTOCOL_ERROR(0x82, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    NOT_AUTHORIZED(0x87, OfflineCause.REVOKED, WillRule.DUE),
    FOREIGN_TOPIC(0x87, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    CERTIFICATE_EXPIRED(0x87, OfflineCause.CERTIFICATE_EXPIRED, WillRule.DUE),
    /** Kafka can no longer be written to by this producer; 0x88 is for a CONNACK only. */
    UNAVAILABLE(0x89, OfflineCause.OTHER, WillRule.DEFERRED),
    DRAINED(0x8B, OfflineCause.DRAINED, WillRule.DEFERRED),
    /** As {@link #DRAINED}, naming where else to go. */
    MOVED(0x9C, OfflineCause.DRAINED, WillRule.DEFERRED),
    KEEPALIVE_TIMEOUT(0x8D, OfflineCause.KEEPALIVE_TIMEOUT, WillRule.DUE),
    TAKEN_OVER(0x8E, OfflineCause.TAKEN_OVER, WillRule.NONE),
    RECEIVE_MAXIMUM_EXCEEDED(0x93, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    TOPIC_ALIAS_INVALID(0x94, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    PACKET_TOO_LARGE(0x95, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    RATE_TOO_HIGH(0x96, OfflineCause.RATE_EXCEEDED, WillRule.DUE),
    CLOSED_BY_OPERATOR(0x98, OfflineCause.OTHER, WillRule.DEFERRED),
    RETAIN_NOT_SUPPORTED(0x9A, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, OfflineCause.PROTOCOL_ERROR, WillRule.DUE),
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1, OfflineCause.PROTOCOL_ERROR, WillRule.DUE);

    private final int code;
    private final OfflineCause cause;
    private final WillRule will;

    CloseReason(int code, OfflineCause cause, WillRule will) {
        this.code = code;
        this.cause = cause;
        this.will = will;
    }

    /** MQTT 5 §2.4. */
    public int code() {
        return code;
    }

    public OfflineCause cause() {
        return cause;
    }

    WillRule will() {
        return will;
    }

    /** A will belongs to the session: what we did ourselves only defers it. */
    enum WillRule {
        /** Published after its own delay. */
        DUE,
        /** Published after a minute or its own delay, the longer, unless the vehicle is back. */
        DEFERRED,
        /** Gone with the session that it belonged to. */
        NONE
    }
}
