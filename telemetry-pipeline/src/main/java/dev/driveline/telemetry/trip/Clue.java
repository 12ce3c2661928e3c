package dev.driveline.telemetry.trip;

import dev.driveline.contract.registry.MappingFact;
import java.util.List;

/**
 * What trips and charging sessions are found by, each a path of the Vehicle Signal Specification
 * (COVESA VSS, 4.0 to 6.0). A path that a tenant's mapping lacks is a clue that its vehicles do not
 * give.
 */
public enum Clue {
    /** km/h. */
    SPEED(0),
    /** On from 0.5 on; an overlay's name first, since VSS itself has a state in words only. */
    IGNITION(1),
    /** Metres. */
    ODOMETER(2),
    /** On from 0.5 on. */
    CHARGING(3),
    /** Percent. */
    STATE_OF_CHARGE(4),
    /** In the traction battery, kWh. */
    ENERGY(5),
    /** In the tank, litres. */
    FUEL(6),
    /** Degrees. */
    LATITUDE(7),
    /** Degrees. */
    LONGITUDE(8);

    private final int place;

    Clue(int place) {
        this.place = place;
    }

    /** From 0, without a gap; it stands in what is remembered of vehicles. */
    int place() {
        return place;
    }

    /** Its paths, the best first: where a mapping has several, only the first one counts. */
    public List<String> paths() {
        return switch (this) {
            case SPEED -> List.of("Vehicle.Speed");
            case IGNITION ->
                    List.of("Vehicle.IgnitionOn", "Vehicle.Powertrain.CombustionEngine.IsRunning");
            case ODOMETER -> List.of("Vehicle.TraveledDistance");
            case CHARGING -> List.of("Vehicle.Powertrain.TractionBattery.Charging.IsCharging");
            case STATE_OF_CHARGE ->
                    List.of(
                            "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
                            "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed");
            case ENERGY ->
                    List.of("Vehicle.Powertrain.TractionBattery.StateOfCharge.CurrentEnergy");
            case FUEL -> List.of("Vehicle.Powertrain.FuelSystem.AbsoluteLevel");
            case LATITUDE -> List.of("Vehicle.CurrentLocation.Latitude");
            case LONGITUDE -> List.of("Vehicle.CurrentLocation.Longitude");
        };
    }

    /**
     * The value in this clue's unit.
     *
     * @param physical of the entry's signal
     */
    public double valueOf(MappingFact.Entry entry, double physical) {
        double mapped = physical * entry.factor() + entry.offset();
        return switch (this) {
            case SPEED ->
                    switch (entry.unit()) {
                        case "m/s" -> mapped * 3.6;
                        case "mph" -> mapped * 1.609344;
                        default -> mapped;
                    };
            case ODOMETER ->
                    switch (entry.unit()) {
                        case "km" -> mapped * 1_000;
                        case "mi" -> mapped * 1_609.344;
                        default -> mapped;
                    };
            case IGNITION, CHARGING, STATE_OF_CHARGE, ENERGY, FUEL, LATITUDE, LONGITUDE -> mapped;
        };
    }
}
