package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.rest.ProblemException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Optimistic locking. Source: RFC 9110 §13.1.1. */
final class Preconditions {

    private Preconditions() {}

    /**
     * @param asked {@code If-Match}; null and {@code *} match whatever there is
     * @throws ProblemException PRECONDITION_FAILED with the present ETag as member {@code etag}
     */
    static void mustMatch(@Nullable String asked, String etag, String thing) {
        if (asked != null && !asked.equals("*") && !asked.equals(etag)) {
            throw new ProblemException(
                    ErrorCode.PRECONDITION_FAILED,
                    "If-Match '%s': the %s's ETag is %s".formatted(asked, thing, etag),
                    Map.of("etag", etag));
        }
    }
}
