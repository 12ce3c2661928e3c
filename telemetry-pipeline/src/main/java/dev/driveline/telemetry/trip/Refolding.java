package dev.driveline.telemetry.trip;

import org.jspecify.annotations.Nullable;

/**
 * How a vehicle's clues are gone through again: from where the finder stood if all that is new lies
 * behind that, else from a time before the new data at which the answer cannot have changed.
 *
 * <p>So legs are a function of the stored samples, in whatever order these came.
 *
 * @param finder knows what lies before
 * @param fromUs the clues from here on are to be given to it
 * @param drivesFromUs trips and waits that begin here or later are found anew
 * @param chargesFromUs likewise charging sessions
 * @param again whether it begins before what was gone through already
 */
public record Refolding(
        LegFinder finder, long fromUs, long drivesFromUs, long chargesFromUs, boolean again) {

    /**
     * @param memory {@link LegFinder#toBytes} from before; null for none
     * @param upToUs how far that has come, exclusive
     * @param newUs the earliest of what is new
     * @param reachingBack over the legs found before
     */
    public static Refolding of(
            byte @Nullable [] memory, long upToUs, long newUs, Reach reachingBack) {
        if (memory != null && newUs >= upToUs) {
            LegFinder finder = LegFinder.fromBytes(memory);
            return new Refolding(
                    finder,
                    upToUs,
                    Math.min(upToUs, finder.drivingSinceUs()),
                    Math.min(upToUs, finder.chargingSinceUs()),
                    false);
        }
        long baseUs = reachingBack.earliest(newUs, newUs - LegFinder.LONGEST_SILENCE_US);
        while (true) {
            long earlierUs = reachingBack.earliest(baseUs, baseUs - LegFinder.FRESH_US);
            if (earlierUs >= baseUs) {
                break;
            }
            baseUs = earlierUs;
        }
        return new Refolding(new LegFinder(), baseUs - LegFinder.FRESH_US, baseUs, baseUs, true);
    }

    /** Whether a leg found before makes room for those that are found now. */
    public boolean replaces(Leg leg) {
        return leg.startUs() >= (leg.kind() == Leg.Kind.CHARGING ? chargesFromUs : drivesFromUs);
    }

    /** What is known of legs found before. */
    @FunctionalInterface
    public interface Reach {
        /**
         * The least begin of the legs that began before {@code beforeUs} and ended at {@code
         * sinceUs} or later; {@code beforeUs} itself where there is none.
         */
        long earliest(long beforeUs, long sinceUs);
    }
}
