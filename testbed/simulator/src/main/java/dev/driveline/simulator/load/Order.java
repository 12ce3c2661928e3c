package dev.driveline.simulator.load;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of a generator's standard input: a word, then {@code key=value} pairs.
 *
 * @param word which phase
 */
record Order(String word, Map<String, String> values) {

    /**
     * @throws IllegalArgumentException naming a part that is no pair
     */
    static Order parse(String line) {
        List<String> parts = List.of(line.strip().split("\\s+"));
        Map<String, String> values = new HashMap<>();
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + part + "' is not key=value");
            }
            values.put(part.substring(0, equals), part.substring(equals + 1));
        }
        return new Order(parts.getFirst(), Map.copyOf(values));
    }

    int number(String key, int fallback) {
        String value = values.get(key);
        return value == null ? fallback : Integer.parseInt(value);
    }

    /**
     * @throws IllegalArgumentException if it is not there
     */
    String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException(word + " needs " + key + "=…");
        }
        return value;
    }

    /** The ports to connect to, of which a vehicle takes one after another. */
    int[] ports() {
        return Arrays.stream(text("ports").split(",")).mapToInt(Integer::parseInt).toArray();
    }
}
