package dev.driveline.command.batch;

import dev.driveline.contract.error.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which vehicles of a tenant a batch is for; without any member all of them.
 *
 * @param fleets in one of these
 * @param model of this one; null for any
 * @param labels with all of these, each {@code key:value}, or {@code key} for any value
 */
public record Selection(List<String> fleets, @Nullable String model, List<String> labels) {

    private static final int MAX = 32;

    /**
     * @throws InvalidValueException naming what there is too much of, or the label that is none
     */
    public Selection {
        fleets = List.copyOf(Objects.requireNonNullElse(fleets, List.of()));
        labels = List.copyOf(Objects.requireNonNullElse(labels, List.of()));
        if (fleets.size() > MAX || labels.size() > MAX) {
            throw new InvalidValueException(
                    "select",
                    fleets.size() + " fleets and " + labels.size() + " labels",
                    "at most " + MAX + " of each are taken");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String label : labels) {
            int colon = label.indexOf(':');
            String key = colon < 0 ? label : label.substring(0, colon);
            if (key.isBlank()) {
                throw new InvalidValueException(
                        "select.labels", label, "expected key or key:value");
            }
            if (colon >= 0 && values.put(key, label) != null) {
                throw new InvalidValueException(
                        "select.labels", label, "no vehicle has two values for " + key);
            }
        }
    }

    /** The labels of which the value is asked for. */
    public Map<String, String> values() {
        Map<String, String> values = new TreeMap<>();
        for (String label : labels) {
            int colon = label.indexOf(':');
            if (colon >= 0) {
                values.put(label.substring(0, colon), label.substring(colon + 1));
            }
        }
        return values;
    }

    /** The labels of which any value will do. */
    public Set<String> keys() {
        Set<String> keys = new TreeSet<>(labels);
        keys.removeIf(label -> label.indexOf(':') >= 0);
        return keys;
    }
}
