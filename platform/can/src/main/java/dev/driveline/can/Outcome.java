package dev.driveline.can;

/** What became of a frame. */
public enum Outcome {
    /** Its message is known; signals that the payload is too short for are absent. */
    DECODED,
    /** The catalogue's bus has no message of that identifier. */
    UNKNOWN_ID,
    /**
     * The multiplexor has a value without a branch: it and the unconditional signals were given.
     */
    UNKNOWN_MULTIPLEXER,
    /** A remote request or an error frame: nothing to decode. */
    NO_DATA
}
