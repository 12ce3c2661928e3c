package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant calls its vehicles; at most {@value #MAX}, sorted by key.
 *
 * <p>Shape: keys of 1 to 63 letters, digits, {@code . _ / -}; values of up to 63 characters.
 */
public record VehicleLabels(Map<String, String> values) {

    public static final int MAX = 32;

    private static final int MAX_VALUE = 63;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._/-]{1,63}");

    /**
     * @throws InvalidValueException naming the label that breaks the shape
     */
    public VehicleLabels {
        for (Map.Entry<String, String> label : values.entrySet()) {
            if (label.getValue() == null) {
                throw new InvalidValueException(
                        "label " + label.getKey(), "null", "a value is text");
            }
        }
        values = Map.copyOf(values);
        if (values.size() > MAX) {
            throw new InvalidValueException("labels", values.size(), "at most 32 are taken");
        }
        values.forEach(VehicleLabels::check);
    }

    /** A JSON merge patch: null removes. Source: RFC 7396. */
    public VehicleLabels merged(Map<String, @Nullable String> patch) {
        Map<String, String> merged = new TreeMap<>(values);
        patch.forEach((key, value) -> {
            if (value == null) {
                merged.remove(key);
            } else {
                merged.put(key, value);
            }
        });
        return new VehicleLabels(merged);
    }

    static void mustBeKey(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidValueException(
                    "label", key, "expected 1 to 63 of letters, digits, '.', '_', '/' and '-'");
        }
    }

    private static void check(String key, String value) {
        mustBeKey(key);
        if (value.length() > MAX_VALUE) {
            throw new InvalidValueException(
                    "label " + key, value, "a value has at most 63 characters");
        }
    }
}
