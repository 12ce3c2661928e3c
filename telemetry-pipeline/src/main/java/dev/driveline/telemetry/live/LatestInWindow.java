package dev.driveline.telemetry.live;

import dev.driveline.telemetry.sample.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Thins samples: of each signal only the newest since the last time it was asked. One thread. */
public final class LatestInWindow {

    private final Map<String, Sample> newest = new LinkedHashMap<>();

    /** Takes a sample in; one that is older than the newest is passed over. */
    public void add(Sample sample) {
        newest.merge(
                sample.definition().name(),
                sample,
                (known, other) -> other.key().compareTo(known.key()) >= 0 ? other : known);
    }

    /** Gives what was collected, in the order in which the signals first came, and forgets it. */
    public List<Sample> drain() {
        List<Sample> drained = new ArrayList<>(newest.values());
        newest.clear();
        return drained;
    }
}
