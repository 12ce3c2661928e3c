package dev.driveline.telemetry.position;

import dev.driveline.contract.id.Vin;

/**
 * Where a vehicle said that it was.
 *
 * @param tUs vehicle time, UTC, microseconds since 1970
 * @param latitude degrees north, WGS 84
 * @param longitude degrees east
 */
public record Position(Vin vin, long tUs, double latitude, double longitude) {

    /** Whether a place on Earth; 0, 0 is what receivers say that have no fix. */
    public static boolean isPlace(double latitude, double longitude) {
        return Math.abs(latitude) <= 90
                && Math.abs(longitude) <= 180
                && (latitude != 0 || longitude != 0);
    }
}
