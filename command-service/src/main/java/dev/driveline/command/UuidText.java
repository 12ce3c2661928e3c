package dev.driveline.command;

import dev.driveline.contract.error.InvalidValueException;
import java.util.UUID;

/** Reads UUIDs of paths and cursors. */
final class UuidText {

    private UuidText() {}

    /**
     * @param what it stands for, for the message
     * @throws InvalidValueException if it is none
     */
    static UUID parse(String what, String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException notHexadecimal) {
            throw new InvalidValueException(what, text, "expected a UUID");
        }
    }
}
