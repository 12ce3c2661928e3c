package dev.driveline.contract.id;

import dev.driveline.contract.error.InvalidValueException;
import java.util.UUID;

/**
 * One command, the same at every delivery attempt.
 *
 * <p>Shape: a UUID; ours are version 7, so that they sort by time of acceptance. Source: RFC 9562
 * §5.7.
 */
public record CommandId(UUID value) {

    /**
     * Makes a version 7 UUID.
     *
     * @param epochMs the time of acceptance
     * @param randomHigh random bits, of which 12 are used
     * @param randomLow random bits, of which 62 are used
     */
    public static CommandId of(long epochMs, long randomHigh, long randomLow) {
        long high = (epochMs << 16) | 0x7000L | (randomHigh & 0x0FFFL);
        long low = (randomLow & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new CommandId(new UUID(high, low));
    }

    /**
     * Reads the text form.
     *
     * @throws InvalidValueException if it is not a UUID in its usual form
     */
    public static CommandId parse(String text) {
        try {
            UUID value = UUID.fromString(text);
            if (value.toString().equalsIgnoreCase(text)) {
                return new CommandId(value);
            }
        } catch (IllegalArgumentException notHexadecimal) {
            // Answered below, like the forms that UUID.fromString is too kind to.
        }
        throw new InvalidValueException("command id", text, "expected a UUID");
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
