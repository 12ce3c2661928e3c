package dev.driveline.embedded;

import org.jspecify.annotations.Nullable;

/**
 * An embedded server could not be started; the message names what, which value and what to do.
 *
 * <p>{@link #setting()} is the component of the server's {@code Config} that is at fault, so a
 * process can name its own environment variable beside it.
 */
public final class EmbeddedStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String setting;

    EmbeddedStartException(String setting, String message) {
        this(setting, message, null);
    }

    EmbeddedStartException(String setting, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.setting = setting;
    }

    /** Name of the component of {@code Config} at fault: {@code folder}, {@code port} and so on. */
    public String setting() {
        return setting;
    }
}
