package dev.driveline.telemetry.trip;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;

/**
 * A vehicle's meters at one end of a leg; NaN for what is not known.
 *
 * @param odometerM metres
 * @param stateOfCharge percent
 * @param energyKwh in the traction battery
 * @param fuelL in the tank
 * @param latitude degrees, NaN together with the longitude
 */
public record Readings(
        double odometerM,
        double stateOfCharge,
        double energyKwh,
        double fuelL,
        double latitude,
        double longitude) {

    public static final Readings NONE =
            new Readings(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    public boolean hasPosition() {
        return !Double.isNaN(latitude) && !Double.isNaN(longitude);
    }

    /** These, and where they know nothing the others. */
    Readings or(Readings others) {
        boolean placed = hasPosition();
        return new Readings(
                known(odometerM, others.odometerM),
                known(stateOfCharge, others.stateOfCharge),
                known(energyKwh, others.energyKwh),
                known(fuelL, others.fuelL),
                placed ? latitude : others.latitude,
                placed ? longitude : others.longitude);
    }

    private static double known(double value, double other) {
        return Double.isNaN(value) ? other : value;
    }

    void writeTo(ByteWriter out) {
        for (double value :
                new double[] {
                    odometerM, stateOfCharge, energyKwh, fuelL, latitude, longitude,
                }) {
            out.fixed64(Double.doubleToRawLongBits(value));
        }
    }

    static Readings readFrom(ByteReader in) {
        return new Readings(real(in), real(in), real(in), real(in), real(in), real(in));
    }

    private static double real(ByteReader in) {
        return Double.longBitsToDouble(in.fixed64());
    }
}
