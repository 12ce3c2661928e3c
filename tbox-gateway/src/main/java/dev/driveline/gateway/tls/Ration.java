package dev.driveline.gateway.tls;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * So many a key within a time: a box that is refused over and over must fill neither the log nor
 * the topic of events. Remembers the keys that came last. Thread-safe.
 */
final class Ration<K> {

    private final int most;
    private final long perMs;
    private final Map<K, Window> windows;

    private static final class Window {
        private long beganMs;
        private int count;
    }

    Ration(int most, Duration per, int keys) {
        this.most = most;
        this.perMs = per.toMillis();
        this.windows =
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, Window> eldest) {
                        return size() > keys;
                    }
                };
    }

    synchronized boolean take(K key, long nowMs) {
        Window window = windows.computeIfAbsent(key, first -> new Window());
        if (window.count == 0 || nowMs - window.beganMs >= perMs) {
            window.beganMs = nowMs;
            window.count = 0;
        }
        if (window.count >= most) {
            return false;
        }
        window.count++;
        return true;
    }
}
