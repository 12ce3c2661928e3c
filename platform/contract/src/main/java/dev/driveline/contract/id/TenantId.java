package dev.driveline.contract.id;

import dev.driveline.contract.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * Who a vehicle belongs to on this installation: an automaker, a brand, a fleet owner.
 *
 * <p>Shape: 1 to 40 of {@code a-z 0-9 -}, beginning with a letter; it stands in topic names and in
 * the O of certificates.
 */
public record TenantId(String value) {

    private static final Pattern SHAPE = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    /**
     * @throws InvalidValueException if the shape does not hold
     */
    public TenantId {
        if (!SHAPE.matcher(value).matches()) {
            throw new InvalidValueException(
                    "tenant", value, "expected 1 to 40 of a-z, 0-9 and -, a letter first");
        }
    }

    public static TenantId of(String value) {
        return new TenantId(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
