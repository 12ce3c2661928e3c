package dev.driveline.runtime.auth;

import dev.driveline.runtime.rest.ProblemException;

/** Turns a bearer token into a caller. Called on virtual threads; may block. */
@FunctionalInterface
public interface Authenticator {

    /**
     * Checks the token.
     *
     * @throws ProblemException UNAUTHENTICATED or TOKEN_EXPIRED, with the rule that it broke
     */
    Caller authenticate(String bearerToken);
}
