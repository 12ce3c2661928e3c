package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * The serial number of a TBox, as its maker wrote it into the birth certificate.
 *
 * <p>Shape: 1 to 64 of {@code A-Z a-z 0-9 . _ -}.
 */
public record TboxSerial(String value) {

    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /**
     * @throws InvalidValueException if the shape does not hold
     */
    public TboxSerial {
        if (!SHAPE.matcher(value).matches()) {
            throw new InvalidValueException(
                    "TBox serial", value, "expected 1 to 64 of letters, digits, '.', '_' and '-'");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
