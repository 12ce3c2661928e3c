package dev.driveline.command.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one try.
 *
 * @param status of the answer; null if there was none
 * @param problem null if it was taken
 * @param pause that the answer asks for, zero if nothing
 */
public record Attempt(@Nullable Integer status, @Nullable String problem, Duration pause) {

    private static final int GONE = 410;

    /** The receiver has answered. */
    public static Attempt answered(int status, Duration pause) {
        return new Attempt(
                status, status / 100 == 2 ? null : "it answered " + status + ", not 2xx", pause);
    }

    /** It has not. */
    public static Attempt unanswered(String problem) {
        return new Attempt(null, problem, Duration.ZERO);
    }

    public boolean taken() {
        return problem == null;
    }

    /** Whether the receiver wants to hear nothing any more. */
    public boolean gone() {
        return status != null && status == GONE;
    }
}
