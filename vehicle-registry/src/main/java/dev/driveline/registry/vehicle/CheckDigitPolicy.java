package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What is done about a VIN whose check digit does not hold, by region: it is mandatory in North
 * America and China only.
 */
public record CheckDigitPolicy(Map<Vin.Region, Mode> modes) {

    /** What is done. */
    public enum Mode {
        OFF,
        /** The vehicle is taken, the answer says so. */
        WARN,
        /** The vehicle is refused. */
        ENFORCE
    }

    public CheckDigitPolicy {
        modes = Map.copyOf(modes);
    }

    public static CheckDigitPolicy of(Mode northAmerica, Mode china, Mode other) {
        Map<Vin.Region, Mode> modes = new EnumMap<>(Vin.Region.class);
        modes.put(Vin.Region.NORTH_AMERICA, northAmerica);
        modes.put(Vin.Region.CHINA, china);
        modes.put(Vin.Region.OTHER, other);
        return new CheckDigitPolicy(modes);
    }

    /**
     * Checks a VIN.
     *
     * @return warnings for the caller
     * @throws InvalidValueException INVALID_VIN
     */
    public List<String> check(Vin vin) {
        Mode mode = modes.getOrDefault(vin.region(), Mode.OFF);
        if (mode == Mode.OFF || vin.checkDigitHolds()) {
            return List.of();
        }
        String problem =
                "the check digit (character 9) is %s, the others make it %s"
                        .formatted(vin.value().charAt(8), Vin.checkDigitOf(vin.value()));
        if (mode == Mode.ENFORCE) {
            throw new InvalidValueException(ErrorCode.INVALID_VIN, "VIN", vin, problem);
        }
        return List.of("VIN " + vin + ": " + problem);
    }
}
