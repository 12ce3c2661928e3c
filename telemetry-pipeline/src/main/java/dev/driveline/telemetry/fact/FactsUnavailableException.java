package dev.driveline.telemetry.fact;

import org.jspecify.annotations.Nullable;

/** The registry's topics cannot be read now; whether something is known cannot be said. */
public final class FactsUnavailableException extends RuntimeException {

    public FactsUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
