package dev.driveline.can;

/** The kind of frame a message travels in. Source: DBC, attribute {@code VFrameFormat}. */
public enum FrameFormat {
    STANDARD,
    EXTENDED,
    STANDARD_FD,
    EXTENDED_FD,
    J1939
}
