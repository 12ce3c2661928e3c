package dev.driveline.can;

import java.util.regex.Pattern;

/**
 * One bus of a model and the database that describes it.
 *
 * @param name 1 to 32 letters, digits, {@code _} and {@code -}: no dot, which separates it from the
 *     message
 */
public record CatalogueBus(String name, Matching matching, Dbc dbc) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}");

    /** Throws IllegalArgumentException where the name is none. */
    public CatalogueBus {
        requireName(name);
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "bus name '%s' does not match %s".formatted(name, NAME));
        }
    }
}
