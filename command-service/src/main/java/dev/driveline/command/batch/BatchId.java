package dev.driveline.command.batch;

import dev.driveline.contract.error.InvalidValueException;
import java.util.UUID;

/**
 * One batch.
 *
 * <p>Shape: a UUID; ours are version 7, so that they sort by the time at which they were made.
 * Source: RFC 9562 §5.7.
 */
public record BatchId(UUID value) {

    /**
     * Reads the text form.
     *
     * @throws InvalidValueException if it is not a UUID
     */
    public static BatchId parse(String text) {
        try {
            return new BatchId(UUID.fromString(text));
        } catch (IllegalArgumentException notHexadecimal) {
            throw new InvalidValueException("batch id", text, "expected a UUID");
        }
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
