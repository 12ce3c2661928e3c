package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that an automaker's own authority signed, as far as it was ever revoked here.
 *
 * @param issuer SHA-256 of the issuer's DER name, hexadecimal
 * @param authority the id of the authority by which it was revoked
 * @param reason null after it was un-held, as is {@code revokedAt}
 */
public record ForeignCertificate(
        String issuer,
        String serial,
        String authority,
        @Nullable RevocationReason reason,
        @Nullable Instant revokedAt) {

    /** RFC 5280 §4.1.2.2: at most 20 bytes, positive. */
    private static final Pattern SERIAL = Pattern.compile("[1-9a-f][0-9a-f]{0,39}");

    /** What it is good for. */
    public enum State {
        GOOD,
        /** Revoked until it is un-held. */
        HELD,
        REVOKED
    }

    public State state() {
        if (reason == null) {
            return State.GOOD;
        }
        return reason == RevocationReason.CERTIFICATE_HOLD ? State.HELD : State.REVOKED;
    }

    /**
     * @throws InvalidValueException unless it is a serial number as access rules write it
     */
    public static String mustBeSerial(String text) {
        if (!SERIAL.matcher(text).matches()) {
            throw new InvalidValueException(
                    "serial number",
                    text,
                    "expected 1 to 40 of 0-9 and a-f, without leading zeros");
        }
        return text;
    }
}
