package dev.driveline.registry.fleet;

import dev.driveline.contract.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * A fleet's name within its tenant.
 *
 * <p>Shape: 1 to 64 of {@code a-z 0-9 . _ -}, a letter or digit first.
 */
public record FleetId(String value) {

    private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /**
     * @throws InvalidValueException if the shape does not hold
     */
    public FleetId {
        if (!SHAPE.matcher(value).matches()) {
            throw new InvalidValueException(
                    "fleet id", value, "expected 1 to 64 of a-z, 0-9, '.', '_' and '-'");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
