package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.rest.Exchange;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Header {@code Idempotency-Key}: 1 to {@value #MAX_CHARACTERS} characters. */
final class IdempotencyKey {

    private static final int MAX_CHARACTERS = 200;

    private IdempotencyKey() {}

    /**
     * Null where the request has none.
     *
     * @throws InvalidValueException if it is blank or too long
     */
    static @Nullable String of(Exchange exchange) {
        String key = exchange.header("Idempotency-Key");
        if (key != null && (key.isBlank() || key.length() > MAX_CHARACTERS)) {
            throw new InvalidValueException(
                    "Idempotency-Key", key, "expected 1 to " + MAX_CHARACTERS + " characters");
        }
        return key;
    }

    /** SHA-256 of the request's body. */
    static byte[] bodyHash(Exchange exchange) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(exchange.body());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
