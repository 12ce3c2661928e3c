package dev.driveline.can;

/** How a signal's bits are read as a number. Source: DBC, {@code SIG_VALTYPE_}. */
public enum ValueType {
    /** Two's complement or unsigned, 1 to 64 bits. */
    INTEGER,
    /** IEEE 754 single, 32 bits. */
    FLOAT,
    /** IEEE 754 double, 64 bits. */
    DOUBLE
}
