package dev.driveline.telemetry.position;

import dev.driveline.contract.error.InvalidValueException;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of the map, its edges included; one whose west lies east of its east goes over the 180th
 * meridian. Source: RFC 7946 section 5.
 *
 * @param west degrees
 */
public record Box(double west, double south, double east, double north) {

    private static final String RULE =
            "expected west,south,east,north in degrees, as 11.3,48.0,11.8,48.3";

    /**
     * @throws InvalidValueException unless it is four numbers of a part of the Earth
     */
    public static Box parse(String text) {
        List<Double> numbers = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            try {
                numbers.add(Double.parseDouble(part.strip()));
            } catch (NumberFormatException noNumber) {
                throw new InvalidValueException("query bbox", text, RULE);
            }
        }
        if (numbers.size() != 4 || !isOnEarth(numbers)) {
            throw new InvalidValueException("query bbox", text, RULE);
        }
        return new Box(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
    }

    private static boolean isOnEarth(List<Double> numbers) {
        return Math.abs(numbers.get(0)) <= 180
                && Math.abs(numbers.get(2)) <= 180
                && Math.abs(numbers.get(1)) <= 90
                && Math.abs(numbers.get(3)) <= 90
                && numbers.get(1) <= numbers.get(3);
    }

    public boolean isOverTheMeridian() {
        return west > east;
    }
}
