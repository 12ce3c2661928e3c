package dev.driveline.command.webhook;

import dev.driveline.contract.error.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that a webhook's owner knows us by: 32 random bytes, written {@code whsec_} and Base64.
 *
 * <p>Source: Standard Webhooks 1.0, "Signature scheme": HMAC-SHA256 over {@code id.timestamp.body}.
 */
public record Secret(String text) {

    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;

    /** Standard Webhooks 1.0, "Signature scheme". */
    private static final int LEAST_BYTES = 24;

    /** A new one. */
    public static Secret of(RandomGenerator random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        return new Secret(PREFIX + Base64.getEncoder().encodeToString(key));
    }

    /**
     * One that somebody wrote.
     *
     * @throws InvalidValueException if it is not written so, without the value
     */
    public static Secret parse(String text) {
        try {
            if (text.startsWith(PREFIX)
                    && Base64.getDecoder().decode(text.substring(PREFIX.length())).length
                            >= LEAST_BYTES) {
                return new Secret(text);
            }
        } catch (IllegalArgumentException notBase64) {
            // Answered below.
        }
        throw new InvalidValueException(
                "secret",
                PREFIX + "***",
                "expected %s and the Base64 of at least %d random bytes"
                        .formatted(PREFIX, LEAST_BYTES));
    }

    /**
     * What stands in {@code webhook-signature}.
     *
     * @param id of the event, {@code webhook-id}
     * @param timestampS of this try, seconds since 1970, {@code webhook-timestamp}
     */
    public String sign(String id, long timestampS, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(
                    new SecretKeySpec(
                            Base64.getDecoder().decode(text.substring(PREFIX.length())),
                            ALGORITHM));
            mac.update((id + "." + timestampS + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, missing);
        }
    }

    @Override
    public String toString() {
        return PREFIX + "***";
    }
}
