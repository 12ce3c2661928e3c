package dev.driveline.registry.http;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Part of a list.
 *
 * @param next the {@code cursor} of the next page; null for the last
 */
record Page<T>(List<T> items, @Nullable String next) {

    /**
     * @param found up to one more than {@code limit}
     * @param key what the list is ordered by
     */
    static <T> Page<T> of(List<T> found, int limit, Function<? super T, String> key) {
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        List<T> items = found.subList(0, limit);
        return new Page<>(items, key.apply(items.getLast()));
    }

    <V> Page<V> map(Function<? super T, V> view) {
        return new Page<>(items.stream().map(view).toList(), next);
    }
}
