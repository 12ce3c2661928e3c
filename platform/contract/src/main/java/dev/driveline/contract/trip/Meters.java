package dev.driveline.contract.trip;

import org.jspecify.annotations.Nullable;

/**
 * A vehicle's meters at a time; null for what it does not tell.
 *
 * @param odometerM metres
 * @param stateOfCharge percent
 * @param energyKwh in the traction battery
 * @param fuelL in the tank
 * @param latitude degrees, null together with the longitude
 */
public record Meters(
        @Nullable Double odometerM,
        @Nullable Double stateOfCharge,
        @Nullable Double energyKwh,
        @Nullable Double fuelL,
        @Nullable Double latitude,
        @Nullable Double longitude) {

    /** The same for who may not know where the vehicle is. */
    public Meters withoutPosition() {
        return new Meters(odometerM, stateOfCharge, energyKwh, fuelL, null, null);
    }
}
