package dev.driveline.registry.fleet;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.registry.vehicle.LabelSelector;
import org.jspecify.annotations.Nullable;

/**
 * A fleet.
 *
 * @param name for people, 1 to 200 characters
 * @param selector whose vehicles are in it, at any time; null where its members are named
 * @param version rises with every change of the fleet itself, not of who is in it; also the ETag
 */
public record Fleet(FleetId id, String name, @Nullable LabelSelector selector, long version) {

    private static final int MAX_NAME = 200;

    /**
     * @throws InvalidValueException if the name is empty or too long, or the selector asks for
     *     nothing
     */
    public Fleet {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new InvalidValueException("fleet name", name, "expected 1 to 200 characters");
        }
        if (selector != null && selector.isEmpty()) {
            throw new InvalidValueException(
                    "fleet selector", "[]", "expected at least one label: key or key:value");
        }
    }

    /** In HTTP's shape, with its quotes. */
    public String etag() {
        return "\"" + version + "\"";
    }

    public Fleet named(String other) {
        return new Fleet(id, other, selector, version);
    }

    /**
     * The same with another selector.
     *
     * @throws InvalidValueException CONFLICT if its members are named
     */
    public Fleet selecting(LabelSelector other) {
        if (selector == null) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT, "fleet", id, "names its members and takes no selector");
        }
        return new Fleet(id, name, other, version);
    }
}
