package dev.driveline.registry.model;

import dev.driveline.contract.error.InvalidValueException;

/**
 * A model that is to be added; it has no catalogue yet.
 *
 * @param name for people, 1 to 200 characters
 */
public record NewModel(ModelId id, String name) {

    private static final int MAX_NAME = 200;

    /**
     * @throws InvalidValueException if the name is empty or too long
     */
    public NewModel {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new InvalidValueException("model name", name, "expected 1 to 200 characters");
        }
    }
}
