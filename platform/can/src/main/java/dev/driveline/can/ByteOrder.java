package dev.driveline.can;

/**
 * The order in which a signal's bits lie in the payload. Source: DBC, {@code @1} and {@code @0}.
 */
public enum ByteOrder {
    /** Little-endian, {@code @1}: the start bit is the least significant one. */
    INTEL,
    /** Big-endian, {@code @0}: the start bit is the most significant one. */
    MOTOROLA
}
