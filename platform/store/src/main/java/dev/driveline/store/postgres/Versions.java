package dev.driveline.store.postgres;

/**
 * Versions of what is published under a key. Allotted under a lock on the key's row, so that they
 * rise in the order of the transactions.
 *
 * <p>Shape: {@code epoch << 40 | n}, exact in JSON (at most 2^53). A restore from backup falls back
 * behind what readers have seen; the operator then raises the epoch, and every version allotted
 * from then on is above all earlier ones.
 */
public final class Versions {

    /** The highest epoch: the highest version stays below 2^53. */
    public static final int MAX_EPOCH = (1 << 13) - 1;

    private static final int EPOCH_SHIFT = 40;

    private Versions() {}

    /**
     * @param previous of the same key; 0 if there is none
     * @throws IllegalArgumentException if the epoch is not from 0 to {@link #MAX_EPOCH}
     */
    public static long next(long previous, int epoch) {
        if (epoch < 0 || epoch > MAX_EPOCH) {
            throw new IllegalArgumentException("epoch " + epoch + " is not from 0 to " + MAX_EPOCH);
        }
        return Math.max(previous, (long) epoch << EPOCH_SHIFT) + 1;
    }
}
