package dev.driveline.can;

/** How the frames of a bus find their message. */
public enum Matching {
    /** By the whole identifier; a standard and an extended one of equal number are two messages. */
    EXACT,
    /**
     * Extended identifiers by parameter group number, whatever the priority, the source and (PDU1)
     * the destination; standard ones exactly. Source: SAE J1939-21 §5.2.
     */
    J1939
}
