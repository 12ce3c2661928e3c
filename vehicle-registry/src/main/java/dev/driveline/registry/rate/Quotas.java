package dev.driveline.registry.rate;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bucket a key: so many in a span of time, all of it at once if need be. At most {@value
 * #MAX_KEYS} keys are remembered; beyond, the one that asked longest ago is forgotten. Thread-safe.
 */
public final class Quotas {

    static final int MAX_KEYS = 100_000;

    private final int most;
    private final long perTokenNs;
    private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Bucket {
        private long fullAtNs;

        private Bucket(long fullAtNs) {
            this.fullAtNs = fullAtNs;
        }
    }

    /**
     * @param most at once, and in {@code span} on the average
     */
    public Quotas(int most, Duration span) {
        this.most = most;
        this.perTokenNs = Math.max(1, span.toNanos() / most);
    }

    /** Zero if one more may pass, else how long until one may. */
    public synchronized Duration take(String key, long nowNs) {
        Bucket bucket = buckets.computeIfAbsent(key, _ -> new Bucket(nowNs));
        long fullAtNs = Math.max(bucket.fullAtNs, nowNs) + perTokenNs;
        long overNs = fullAtNs - nowNs - most * perTokenNs;
        if (overNs > 0) {
            return Duration.ofNanos(overNs);
        }
        bucket.fullAtNs = fullAtNs;
        forgetOne();
        return Duration.ZERO;
    }

    private void forgetOne() {
        if (buckets.size() > MAX_KEYS) {
            Iterator<Map.Entry<String, Bucket>> eldest = buckets.entrySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }
}
