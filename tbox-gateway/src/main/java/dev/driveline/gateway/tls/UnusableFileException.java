package dev.driveline.gateway.tls;

import org.jspecify.annotations.Nullable;

/** A file of the operator that cannot be used; the message names it and says why. */
final class UnusableFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
