package dev.driveline.registry.model;

import dev.driveline.contract.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * A vehicle model's name within its tenant.
 *
 * <p>Shape: 1 to 64 of {@code a-z 0-9 . _ -}, a letter or digit first.
 */
public record ModelId(String value) {

    private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /**
     * @throws InvalidValueException if the shape does not hold
     */
    public ModelId {
        if (!SHAPE.matcher(value).matches()) {
            throw new InvalidValueException(
                    "model id", value, "expected 1 to 64 of a-z, 0-9, '.', '_' and '-'");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
