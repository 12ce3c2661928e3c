package dev.driveline.can;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A value table: texts of raw values. Immutable; a lookup allocates nothing. Source: DBC, {@code
 * VAL_} and {@code VAL_TABLE_}.
 */
public final class Labels {
    private static final Labels NONE = new Labels(new long[0], new String[0]);

    private final long[] values;
    private final String[] texts;

    private Labels(long[] values, String[] texts) {
        this.values = values;
        this.texts = texts;
    }

    public static Labels none() {
        return NONE;
    }

    /** Of raw values (an unsigned 64-bit one as its bits) and their texts. */
    public static Labels of(Map<Long, String> texts) {
        if (texts.isEmpty()) {
            return NONE;
        }
        var sorted = new TreeMap<>(texts);
        return new Labels(
                sorted.keySet().stream().mapToLong(Long::longValue).toArray(),
                sorted.values().toArray(String[]::new));
    }

    /** The text of a raw value, or null where it has none. */
    public @Nullable String of(long raw) {
        int place = Arrays.binarySearch(values, raw);
        return place < 0 ? null : texts[place];
    }

    /** The lowest raw value that has the text. */
    public OptionalLong rawOf(String text) {
        for (int place = 0; place < texts.length; place++) {
            if (texts[place].equals(text)) {
                return OptionalLong.of(values[place]);
            }
        }
        return OptionalLong.empty();
    }

    public boolean isEmpty() {
        return values.length == 0;
    }

    /** All entries, in order of the raw value. */
    public Map<Long, String> asMap() {
        var map = new LinkedHashMap<Long, String>();
        for (int i = 0; i < values.length; i++) {
            map.put(values[i], texts[i]);
        }
        return map;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Labels labels
                && Arrays.equals(values, labels.values)
                && Arrays.equals(texts, labels.texts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + Arrays.hashCode(texts);
    }

    @Override
    public String toString() {
        return asMap().toString();
    }
}
