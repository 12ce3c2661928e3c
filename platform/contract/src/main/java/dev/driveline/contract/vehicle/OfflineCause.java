package dev.driveline.contract.vehicle;

/** Why a session ended. */
public enum OfflineCause {
    /** The vehicle sent DISCONNECT. */
    DISCONNECTED,
    /** The connection broke without a DISCONNECT. */
    CONNECTION_LOST,
    /** Nothing came for one and a half keepalives. */
    KEEPALIVE_TIMEOUT,
    /** Another connection of the same vehicle took over. */
    TAKEN_OVER,
    /** Its certificate was revoked, its vehicle suspended or its anchor removed. */
    REVOKED,
    /** The vehicle broke the protocol or a rule that closes. */
    PROTOCOL_ERROR,
    /** The vehicle sent more than its rate, for too long. */
    RATE_EXCEEDED,
    /** The gateway was stopped in order. */
    DRAINED,
    /** The gateway is gone; written by another one. */
    GATEWAY_LOST,
    /** The certificate reached its notAfter. */
    CERTIFICATE_EXPIRED,
    /** A cause that this version does not know. */
    OTHER
}
