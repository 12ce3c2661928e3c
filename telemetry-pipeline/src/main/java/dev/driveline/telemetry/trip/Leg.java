package dev.driveline.telemetry.trip;

import dev.driveline.contract.id.Vin;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A stretch of a vehicle's time: a trip, a wait with the ignition on that became none, or a
 * charging session. Those of one kind never overlap.
 *
 * @param startUs vehicle time, UTC, microseconds since 1970
 * @param endUs the last time at which it went on
 * @param over whether it has ended; later data can still prove otherwise
 * @param drivenM by integrated speed, metres
 * @param idleUs how long it stood within it, microseconds
 * @param first the earliest that was known of each meter
 * @param last at the end
 */
public record Leg(
        Kind kind,
        long startUs,
        long endUs,
        boolean over,
        double drivenM,
        long idleUs,
        Readings first,
        Readings last) {

    /** By number in the store. */
    public enum Kind {
        /**
         * The ignition was on and the vehicle did not move: kept, since late data can change it.
         */
        WAIT(0),
        TRIP(1),
        CHARGING(2);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /**
         * @throws IllegalArgumentException for a number that no kind has
         */
        public static Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of leg has number " + number);
        }
    }

    /** The same whenever it is found again from the same start. */
    public UUID id(Vin vin) {
        String name = vin + "/" + kind + "/" + startUs;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the odometer tells the distance; else it is the integrated speed. */
    public boolean isByOdometer() {
        return last.odometerM() > first.odometerM();
    }

    /** Metres. */
    public double distanceM() {
        return isByOdometer() ? last.odometerM() - first.odometerM() : drivenM;
    }
}
