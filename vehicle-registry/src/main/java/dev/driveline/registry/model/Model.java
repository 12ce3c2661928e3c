package dev.driveline.registry.model;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import org.jspecify.annotations.Nullable;

/**
 * A model of vehicles.
 *
 * @param name for people, 1 to 200 characters
 * @param catalogue in force for its vehicles; null while there is none
 */
public record Model(ModelId id, String name, @Nullable CatalogueRef catalogue) {

    private static final int MAX_NAME = 200;

    /**
     * @throws InvalidValueException if the name is empty or too long
     */
    public Model {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new InvalidValueException("model name", name, "expected 1 to 200 characters");
        }
    }
}
