package dev.driveline.can;

import java.io.IOException;

/** A line of a log is no candump line. The message names file, line, column, fault and text. */
public final class CandumpFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    CandumpFormatException(String message) {
        super(message);
    }
}
