package dev.driveline.can;

/** Why a message of several frames, or a frame of one, was lost. */
public enum TransportFault {
    /** The next frame did not come in time. */
    TIMEOUT,
    /** A frame's number was not the next one's. */
    SEQUENCE,
    /** Its sender began another one. */
    REPLACED,
    /** One of both sides gave it up. */
    ABORTED,
    /** A frame contradicts the protocol or what the first one said. */
    MALFORMED,
    /** It is longer than {@link Message#MAX_BYTES}. */
    TOO_LONG,
    /** Too many messages were under way, and this one stood still the longest. */
    NO_ROOM,
    /** The frame goes on with a message whose beginning was not seen. */
    NO_START
}
