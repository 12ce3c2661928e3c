package dev.driveline.gateway.presence;

import dev.driveline.contract.id.Vin;
import java.util.LinkedHashMap;
import java.util.Map;

/** Vehicles that are kept out for a minute because they sent far too much. Thread-safe. */
public final class Quarantine {

    static final long FOR_MS = 60_000;

    private static final int MAX_VEHICLES = 10_000;

    private final Map<Vin, Long> untilMs =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Vin, Long> eldest) {
                    return size() > MAX_VEHICLES;
                }
            };

    public synchronized void put(Vin vin, long nowMs) {
        untilMs.put(vin, nowMs + FOR_MS);
    }

    public synchronized boolean holds(Vin vin, long nowMs) {
        Long until = untilMs.get(vin);
        if (until == null) {
            return false;
        }
        if (nowMs >= until) {
            untilMs.remove(vin);
            return false;
        }
        return true;
    }
}
