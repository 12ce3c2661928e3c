package dev.driveline.gateway.drain;

import java.util.random.RandomGenerator;

/**
 * When the links of a draining gateway are to be closed: each has a slot of a {@code perS}-th of a
 * second, and its moment is anywhere in its slot, so that no two gateways keep step. What has no
 * slot before the limit is closed at the limit. Immutable.
 */
public final class DrainSchedule {

    private final int[] dueMs;

    private DrainSchedule(int[] dueMs) {
        this.dueMs = dueMs;
    }

    /**
     * @param links how many there are
     */
    public static DrainSchedule of(int links, DrainPace pace, RandomGenerator jitter) {
        long limitMs = pace.limit().toMillis();
        double slotMs = 1_000.0 / pace.perS();
        int[] dueMs = new int[links];
        for (int link = 0; link < links; link++) {
            double inSlot = jitter.nextDouble();
            dueMs[link] = (int) Math.min(limitMs, Math.round((link + inSlot) * slotMs));
        }
        return new DrainSchedule(dueMs);
    }

    /** How many links should have been closed so long after the beginning. */
    public int due(long elapsedMs) {
        int low = 0;
        int high = dueMs.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (dueMs[middle] <= elapsedMs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** When the last one is due. */
    public long lengthMs() {
        return dueMs.length == 0 ? 0 : dueMs[dueMs.length - 1];
    }
}
