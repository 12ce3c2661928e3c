package dev.driveline.contract.id;

import dev.driveline.contract.error.InvalidValueException;

/**
 * One MQTT connection of one vehicle; a reconnection is another session.
 *
 * <p>Shape: 64 random bits, written as 16 lower-case hexadecimal digits.
 */
public record SessionId(long bits) {

    /**
     * Reads the text form.
     *
     * @throws InvalidValueException if it is not 16 hexadecimal digits
     */
    public static SessionId parse(String text) {
        if (text.length() != 16) {
            throw new InvalidValueException("session id", text, "expected 16 hexadecimal digits");
        }
        try {
            return new SessionId(Long.parseUnsignedLong(text, 16));
        } catch (NumberFormatException notHexadecimal) {
            throw new InvalidValueException("session id", text, "expected 16 hexadecimal digits");
        }
    }

    @Override
    public String toString() {
        String digits = Long.toHexString(bits);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
