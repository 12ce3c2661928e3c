package dev.driveline.registry.rate;

/** A token bucket: a rate, and how much of it may come at once. Thread-safe. */
public final class Pace {

    private static final double NS_PER_SECOND = 1e9;

    private final double perNs;
    private final double most;
    private double left;
    private long seenNs;

    /**
     * @param most at once; the bucket begins full
     */
    public Pace(int perSecond, int most, long nowNs) {
        this.perNs = perSecond / NS_PER_SECOND;
        this.most = most;
        this.left = most;
        this.seenNs = nowNs;
    }

    /** Whether one more may pass. */
    public synchronized boolean take(long nowNs) {
        left = Math.min(most, left + Math.max(0, nowNs - seenNs) * perNs);
        seenNs = Math.max(seenNs, nowNs);
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
