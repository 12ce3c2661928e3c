package dev.driveline.can;

/** What a raw value says about itself. */
public enum Quality {
    /** A value within the signal's limits, or of a signal without limits. */
    GOOD,
    /** The physical value lies outside the signal's limits; it is kept all the same. */
    OUT_OF_RANGE,
    /** The sender has no such value: J1939's all ones, or a float that is not a number. */
    NOT_AVAILABLE,
    /** The sender reports a fault of this value: J1939's error indicator. */
    ERROR
}
