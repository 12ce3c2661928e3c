package dev.driveline.simulator;

import java.util.HashMap;
import java.util.Map;

/**
 * A car's longitudinal motion and what depends on it, in steps of 10 ms: speed, gear, engine or
 * motor, fuel or battery, temperatures, position, doors and climate. Used by one TBox; thread-safe,
 * because commands come from another thread than time.
 */
public final class VehicleModel implements Actuators {

    static final double STEP_S = 0.01;

    private static final double MASS_KG = 1_550;
    private static final double ROLLING_N = 150;
    private static final double DRAG_N_PER_M2S2 = 0.42;
    private static final double MAX_ACCELERATION = 2.2;
    private static final double MAX_BRAKING = 3.5;
    private static final double BATTERY_KWH = 62;
    private static final double TANK_L = 50;
    private static final double OUTSIDE_C = 12;
    private static final double ROUTE_RADIUS_M = 4_000;
    private static final double METRES_PER_DEGREE = 111_320;
    private static final double[] GEAR_UP_KMH = {0, 18, 34, 52, 74, 98, 122};
    private static final double[] RPM_PER_KMH = {0, 125, 75, 52, 39, 31, 26, 22};

    private final Kind kind;
    private final double startLatitude;
    private final double startLongitude;
    private double timeS;
    private double speedMs;
    private double acceleration;
    private double odometerM;
    private double engineC = OUTSIDE_C;
    private double cabinC = OUTSIDE_C;
    private double fuelL = TANK_L * 0.8;
    private double stateOfCharge = 0.78;
    private double powerKw;
    private boolean locked = true;
    private boolean trunkOpen;
    private boolean climateOn;
    private double targetC = 21;
    private double hornUntilS = -1;
    private int counter;

    /** What drives it. */
    public enum Kind {
        PETROL,
        EV
    }

    /**
     * @param startS where in the driving cycle it begins, so that a fleet does not drive in step
     */
    public VehicleModel(
            Kind kind, double startS, double latitude, double longitude, double odometerKm) {
        this.kind = kind;
        this.timeS = startS;
        this.startLatitude = latitude;
        this.startLongitude = longitude;
        this.odometerM = odometerKm * 1_000;
    }

    public Kind kind() {
        return kind;
    }

    /** Ten milliseconds pass. */
    synchronized void step() {
        timeS += STEP_S;
        double target = DrivingCycle.speedKmh(timeS) / 3.6;
        double wanted = (target - speedMs) / 0.8;
        acceleration = Math.clamp(wanted, -MAX_BRAKING, MAX_ACCELERATION);
        speedMs = Math.max(0, speedMs + acceleration * STEP_S);
        odometerM += speedMs * STEP_S;
        double force =
                MASS_KG * acceleration
                        + (speedMs > 0 ? ROLLING_N : 0)
                        + DRAG_N_PER_M2S2 * speedMs * speedMs;
        powerKw = force * speedMs / 1_000 + (climateOn ? 1.5 : 0.3);
        switch (kind) {
            case PETROL -> {
                engineC += (90 - engineC) * STEP_S / 240;
                fuelL = Math.max(0, fuelL - fuelRateLh() * STEP_S / 3_600);
            }
            case EV -> {
                engineC += (OUTSIDE_C + 18 + Math.abs(powerKw) * 0.2 - engineC) * STEP_S / 400;
                stateOfCharge =
                        Math.clamp(stateOfCharge - powerKw * STEP_S / 3_600 / BATTERY_KWH, 0.05, 1);
            }
        }
        cabinC += ((climateOn ? targetC : OUTSIDE_C + 2) - cabinC) * STEP_S / 120;
    }

    /** The physical value of every signal of one message; names are those of our DBC files. */
    synchronized Map<String, Double> signals(String message) {
        Map<String, Double> values = new HashMap<>();
        double speedKmh = speedMs * 3.6;
        switch (message) {
            case "MOTION_1" -> {
                values.put("VEHICLE_SPEED", speedKmh);
                values.put("ACCELERATION", acceleration);
                values.put("ODOMETER", odometerM / 1_000);
            }
            case "ENGINE_1" -> {
                values.put("ENGINE_SPEED", engineRpm());
                values.put("THROTTLE", Math.clamp(powerKw / 90 * 100, 0, 100));
                values.put("ENGINE_TORQUE", Math.clamp(powerKw * 9_549 / engineRpm(), -150, 400));
                values.put("COOLANT_TEMPERATURE", engineC);
                values.put("ENGINE_STATE", 2.0);
                values.put("ENGINE_1_COUNTER", (double) (counter++ & 15));
            }
            case "FUEL_1" -> {
                values.put("FUEL_LEVEL", fuelL / TANK_L * 100);
                values.put("FUEL_RATE", Math.min(60, fuelRateLh()));
            }
            case "GEARBOX_1" -> {
                values.put("GEAR", (double) gear());
                values.put("SELECTOR", 3.0);
            }
            case "BATTERY_1" -> {
                double voltage = 330 + 70 * stateOfCharge;
                values.put("STATE_OF_CHARGE", stateOfCharge * 100);
                values.put("PACK_VOLTAGE", voltage);
                values.put("PACK_CURRENT", Math.clamp(powerKw * 1_000 / voltage, -1_000, 1_000));
                values.put("PACK_TEMPERATURE", engineC);
            }
            case "MOTOR_1" -> {
                double rpm = speedKmh * 78;
                values.put("MOTOR_SPEED", rpm);
                values.put(
                        "MOTOR_TORQUE",
                        rpm < 50 ? 0 : Math.clamp(powerKw * 9_549 / rpm, -400, 400));
                values.put("INVERTER_TEMPERATURE", engineC + 6);
                values.put("SELECTOR", 3.0);
            }
            case "RANGE_1" -> {
                values.put("RANGE", stateOfCharge * BATTERY_KWH / 0.165);
                values.put("CHARGING", 0.0);
            }
            case "DOORS_1" -> {
                values.put("LOCKED", locked ? 1.0 : 0);
                values.put("DRIVER_DOOR", 0.0);
                values.put("TRUNK", trunkOpen ? 1.0 : 0);
                values.put("HORN", timeS < hornUntilS ? 1.0 : 0);
            }
            case "CLIMATE_1" -> {
                values.put("CLIMATE_ON", climateOn ? 1.0 : 0);
                values.put("TARGET_TEMPERATURE", targetC);
                values.put("CABIN_TEMPERATURE", cabinC);
                values.put("OUTSIDE_TEMPERATURE", OUTSIDE_C);
            }
            case "POSITION_1" -> {
                double angle = odometerM / ROUTE_RADIUS_M;
                double north = ROUTE_RADIUS_M * Math.sin(angle);
                double east = ROUTE_RADIUS_M * (1 - Math.cos(angle));
                values.put("LATITUDE", startLatitude + north / METRES_PER_DEGREE);
                values.put(
                        "LONGITUDE",
                        startLongitude
                                + east
                                        / (METRES_PER_DEGREE
                                                * Math.cos(Math.toRadians(startLatitude))));
            }
            default -> throw new IllegalArgumentException("the model has no message " + message);
        }
        return values;
    }

    @Override
    public synchronized Outcome execute(String type, Map<String, Object> params) {
        return switch (type) {
            case "doors.lock" -> {
                locked = true;
                trunkOpen = false;
                yield new Outcome.Done(Map.of("locked", true));
            }
            case "doors.unlock" -> {
                locked = false;
                trunkOpen = "trunk".equals(params.get("doors"));
                yield new Outcome.Done(Map.of("locked", false));
            }
            case "horn.honk" -> {
                hornUntilS =
                        timeS
                                + (params.get("seconds") instanceof Number seconds
                                        ? seconds.doubleValue()
                                        : 1);
                yield new Outcome.Done(Map.of());
            }
            case "climate.start" -> {
                climateOn = true;
                targetC =
                        params.get("targetC") instanceof Number target
                                ? target.doubleValue()
                                : targetC;
                yield new Outcome.Done(
                        Map.of("targetC", targetC, "cabinC", Math.round(cabinC * 10) / 10.0));
            }
            case "climate.stop" -> {
                climateOn = false;
                yield new Outcome.Done(Map.of());
            }
            default -> new Outcome.Unknown();
        };
    }

    private int gear() {
        double speedKmh = speedMs * 3.6;
        int gear = 1;
        while (gear < GEAR_UP_KMH.length && speedKmh >= GEAR_UP_KMH[gear]) {
            gear++;
        }
        return speedKmh < 0.5 ? 0 : gear;
    }

    private double engineRpm() {
        int gear = gear();
        return Math.max(780, speedMs * 3.6 * RPM_PER_KMH[Math.min(gear, RPM_PER_KMH.length - 1)]);
    }

    private double fuelRateLh() {
        return 0.7 + Math.max(0, powerKw) * 0.31;
    }
}
