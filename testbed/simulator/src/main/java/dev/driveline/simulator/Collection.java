package dev.driveline.simulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a TBox sends of what it sees: the content of a {@code telemetry.collection} document.
 *
 * @param maxBatchMs a batch ends after this time, 100 to 60,000
 * @param defaultMinIntervalMs between two frames of one id that are sent; 0 sends all
 * @param rules the last that matches decides
 */
public record Collection(
        @Nullable Integer maxBatchMs,
        @Nullable Integer defaultMinIntervalMs,
        @Nullable List<Rule> rules) {

    public static final Collection EVERYTHING = new Collection(null, null, null);

    private static final int USUAL_BATCH_MS = 1_000;

    /**
     * An exception.
     *
     * @param id null for the whole bus
     * @param collect false to send nothing of it
     */
    public record Rule(
            String bus,
            @Nullable Integer id,
            @Nullable Integer minIntervalMs,
            @Nullable Boolean collect) {}

    public int batchMs() {
        return maxBatchMs == null ? USUAL_BATCH_MS : maxBatchMs;
    }

    /**
     * Decides frame by frame; keeps the time of the last frame sent of each id. Not thread-safe.
     */
    public Filter filter() {
        return new Filter(this);
    }

    /** The decision of one TBox. */
    public static final class Filter {

        private final Collection collection;
        private final Map<String, Map<Integer, long[]>> seen = new HashMap<>();

        private Filter(Collection collection) {
            this.collection = collection;
        }

        public boolean sends(String bus, int id, long timeUs) {
            long[] state =
                    seen.computeIfAbsent(bus, first -> new HashMap<>())
                            .computeIfAbsent(id, first -> stateOf(bus, id));
            long intervalUs = state[0];
            if (intervalUs < 0) {
                return false;
            }
            if (intervalUs > 0 && state[1] != Long.MIN_VALUE && timeUs - state[1] < intervalUs) {
                return false;
            }
            state[1] = timeUs;
            return true;
        }

        /** Minimum interval in µs (-1: never) and the time last sent. */
        private long[] stateOf(String bus, int id) {
            int interval =
                    collection.defaultMinIntervalMs() == null
                            ? 0
                            : collection.defaultMinIntervalMs();
            boolean collect = true;
            List<Rule> rules = collection.rules();
            for (Rule rule : rules == null ? List.<Rule>of() : rules) {
                Integer ruleId = rule.id();
                if (rule.bus().equals(bus) && (ruleId == null || ruleId == id)) {
                    interval = rule.minIntervalMs() == null ? interval : rule.minIntervalMs();
                    collect = rule.collect() == null || rule.collect();
                }
            }
            return new long[] {collect ? interval * 1_000L : -1, Long.MIN_VALUE};
        }
    }
}
