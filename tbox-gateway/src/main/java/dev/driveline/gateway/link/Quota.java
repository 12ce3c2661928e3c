package dev.driveline.gateway.link;

/**
 * A rate with a burst, as a theoretical arrival time (the generic cell rate algorithm): no timer,
 * two numbers. Time enters as milliseconds.
 */
final class Quota {

    private static final long NS_A_MS = 1_000_000;

    private final long costNs;
    private final long burstNs;
    private long tatNs;

    /**
     * @param perS what may come a second
     */
    Quota(int perS, int burstS) {
        this.costNs = 1_000 * NS_A_MS / perS;
        this.burstNs = burstS * 1_000L * NS_A_MS;
    }

    void take(long nowMs, int amount) {
        tatNs = Math.max(tatNs, nowMs * NS_A_MS) + amount * costNs;
    }

    /** How far beyond its burst it is; negative while there is room. */
    long debtMs(long nowMs) {
        return (Math.max(tatNs, nowMs * NS_A_MS) - nowMs * NS_A_MS - burstNs) / NS_A_MS;
    }
}
