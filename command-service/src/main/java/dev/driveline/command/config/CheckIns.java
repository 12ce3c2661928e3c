package dev.driveline.command.config;

import dev.driveline.contract.config.ConfigMessage.CheckIn;
import dev.driveline.contract.id.Vin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The check-ins that nobody has been heard to answer. A vehicle's presence and its check-in come by
 * different logs: the answer may have been meant for a session that is not known yet, or that is
 * over. Thread-safe.
 */
public final class CheckIns {

    /** The oldest goes first; its vehicle checks in again a day later. */
    static final int MAX = 50_000;

    private final Map<Vin, CheckIn> unanswered =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Vin, CheckIn> eldest) {
                    return size() > MAX;
                }
            };

    /** A vehicle has checked in. */
    public synchronized void came(Vin vin, CheckIn checkIn) {
        unanswered.remove(vin);
        unanswered.put(vin, checkIn);
    }

    /** Something of the answer went out to the vehicle. */
    public synchronized void answered(Vin vin) {
        unanswered.remove(vin);
    }

    /** The one that waits, if one does. */
    public synchronized Optional<CheckIn> of(Vin vin) {
        return Optional.ofNullable(unanswered.get(vin));
    }

    /** The vehicles that wait. */
    public synchronized List<Vin> waiting() {
        return List.copyOf(unanswered.keySet());
    }
}
