package dev.driveline.can;

/** What became of a frame. */
public enum Outcome {
    /** Its message is known; signals that the payload is too short for are absent. */
    DECODED,
    /** The catalogue's bus has no message of that identifier. */
    UNKNOWN_ID,
    /**
     * A multiplexor has a value without a branch or a text: it and the unconditional signals were
     * given.
     */
    UNKNOWN_MULTIPLEXER,
    /**
     * A frame of a transport protocol: {@link Reassembly} gives the message that it is a part of.
     */
    TRANSPORT,
    /** A remote request or an error frame: nothing to decode. */
    NO_DATA
}
