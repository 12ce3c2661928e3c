package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.rest.ProblemException;
import org.jspecify.annotations.Nullable;

/** Members of requests' bodies. */
final class Members {

    private Members() {}

    /**
     * @throws ProblemException INVALID_REQUEST if it is not there
     */
    static <T> T required(@Nullable T value, String member) {
        if (value == null) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "body: member '" + member + "' is required");
        }
        return value;
    }
}
