package dev.driveline.gateway.presence;

import dev.driveline.contract.id.Vin;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Notices two boxes with one identity: more than {@link #MOST_A_MINUTE} takeovers a minute put the
 * vehicle in quarantine for a minute after the last. Thread-safe.
 */
public final class TakeoverGuard {

    public static final int MOST_A_MINUTE = 5;

    private static final long WINDOW_MS = 60_000;
    private static final int MAX_VEHICLES = 10_000;

    private final Map<Vin, Deque<Long>> takeovers = new LinkedHashMap<>();

    /**
     * Counts a takeover.
     *
     * @return whether this one puts the vehicle in quarantine
     */
    public synchronized boolean takenOver(Vin vin, long nowMs) {
        if (takeovers.size() >= MAX_VEHICLES && !takeovers.containsKey(vin)) {
            forgetOldest();
        }
        Deque<Long> times = takeovers.computeIfAbsent(vin, first -> new ArrayDeque<>());
        expire(times, nowMs);
        times.addLast(nowMs);
        if (times.size() > MOST_A_MINUTE + 1) {
            times.removeFirst();
        }
        return times.size() == MOST_A_MINUTE + 1;
    }

    /** Whether connections of this vehicle are refused just now. */
    public synchronized boolean quarantined(Vin vin, long nowMs) {
        Deque<Long> times = takeovers.get(vin);
        if (times == null) {
            return false;
        }
        if (times.size() > MOST_A_MINUTE && nowMs - times.getLast() < WINDOW_MS) {
            return true;
        }
        expire(times, nowMs);
        if (times.isEmpty()) {
            takeovers.remove(vin);
        }
        return false;
    }

    private void forgetOldest() {
        Iterator<Vin> oldest = takeovers.keySet().iterator();
        oldest.next();
        oldest.remove();
    }

    private static void expire(Deque<Long> times, long nowMs) {
        while (!times.isEmpty() && nowMs - times.getFirst() >= WINDOW_MS) {
            times.removeFirst();
        }
    }
}
