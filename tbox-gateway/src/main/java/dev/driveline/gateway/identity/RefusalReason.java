package dev.driveline.gateway.identity;

/** Why a connection is refused for a matter of trust; a metric label and a member of the event. */
public enum RefusalReason {
    /** No path to a trust anchor. */
    PATH,
    /** A certificate on the path is not valid yet or no more. */
    DATE,
    KEY_USAGE,
    SUBJECT_NAME,
    TENANT,
    VIN_PREFIX,
    REVOKED,
    SUSPENDED,
    /** The client id is not the VIN of the certificate. */
    CLIENT_ID,
    /** Too many takeovers in a minute: two boxes with one identity. */
    CLONE
}
