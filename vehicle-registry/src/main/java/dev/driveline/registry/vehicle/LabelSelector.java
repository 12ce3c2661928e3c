package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which labels a vehicle must have, all of them.
 *
 * <p>Shape: texts {@code key:value} for a label of that value, {@code key} for one of any value.
 *
 * @param values that labels must have, by key
 * @param keys that must be there
 */
public record LabelSelector(Map<String, String> values, Set<String> keys) {

    public static final LabelSelector ALL = new LabelSelector(Map.of(), Set.of());

    /**
     * @throws InvalidValueException naming the label that no vehicle can have
     */
    public LabelSelector {
        values = new VehicleLabels(values).values();
        keys = Set.copyOf(keys);
        keys.forEach(VehicleLabels::mustBeKey);
        if (keys.size() > VehicleLabels.MAX) {
            throw new InvalidValueException("labels", keys.size(), "at most 32 are taken");
        }
    }

    /**
     * @throws InvalidValueException naming the text that is none, or two values for one key
     */
    public static LabelSelector parse(Collection<String> texts) {
        Map<String, String> values = new TreeMap<>();
        Set<String> keys = new TreeSet<>();
        for (String text : texts) {
            if (text == null) {
                throw new InvalidValueException("label", "null", "expected key or key:value");
            }
            int colon = text.indexOf(':');
            if (colon < 0) {
                keys.add(text);
                continue;
            }
            String before = values.put(text.substring(0, colon), text.substring(colon + 1));
            if (before != null && !before.equals(text.substring(colon + 1))) {
                throw new InvalidValueException(
                        "label", text, "is also asked for as '" + before + "': none has both");
            }
        }
        return new LabelSelector(values, keys);
    }

    public boolean isEmpty() {
        return values.isEmpty() && keys.isEmpty();
    }

    /** What {@link #parse} reads, in order. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>(new TreeSet<>(keys));
        new TreeMap<>(values).forEach((key, value) -> texts.add(key + ":" + value));
        return texts;
    }
}
