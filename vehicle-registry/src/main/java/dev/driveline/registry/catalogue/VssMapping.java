package dev.driveline.registry.catalogue;

import dev.driveline.can.Catalogue;
import dev.driveline.contract.error.InvalidValueException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which signals of a catalogue are which paths of the Vehicle Signal Specification; in order of
 * paths, whatever order they came in.
 *
 * <p>Source: COVESA VSS, data entries.
 */
public record VssMapping(List<Entry> entries) {

    public static final int MAX = 20_000;

    private static final int MAX_UNIT = 32;
    private static final Pattern PATH =
            Pattern.compile("Vehicle(\\.[A-Za-z][A-Za-z0-9]{0,63}){1,15}");

    /**
     * One path: VSS value = physical value × factor + offset.
     *
     * @param signal {@code bus.Message.SIGNAL}
     * @param unit of the VSS value, possibly empty
     */
    public record Entry(String signal, String path, String unit, double factor, double offset) {

        /**
         * @throws InvalidValueException if the path is none of VSS, or the factor gives one value
         *     for all
         */
        public Entry {
            if (!PATH.matcher(path).matches()) {
                throw new InvalidValueException(
                        "VSS path", path, "expected Vehicle and names of letters and digits");
            }
            if (unit.length() > MAX_UNIT) {
                throw new InvalidValueException(
                        "unit", unit, "at most " + MAX_UNIT + " characters");
            }
            if (!Double.isFinite(factor) || factor == 0 || !Double.isFinite(offset)) {
                throw new InvalidValueException(
                        "factor and offset of " + path,
                        factor + ", " + offset,
                        "expected finite numbers, the factor not 0");
            }
        }
    }

    /**
     * @throws InvalidValueException if there are none or too many, or two of one path
     */
    public VssMapping {
        if (entries.isEmpty() || entries.size() > MAX) {
            throw new InvalidValueException("entries", entries.size(), "expected 1 to " + MAX);
        }
        entries = entries.stream().sorted(Comparator.comparing(Entry::path)).toList();
        Set<String> paths = new HashSet<>();
        for (Entry entry : entries) {
            if (!paths.add(entry.path())) {
                throw new InvalidValueException("VSS path", entry.path(), "is there twice");
            }
        }
    }

    /**
     * @throws InvalidValueException naming the first signal that the catalogue does not have
     */
    public void mustFit(Catalogue catalogue) {
        for (Entry entry : entries) {
            if (catalogue.find(entry.signal()).isEmpty()) {
                throw new InvalidValueException(
                        "signal of " + entry.path(),
                        entry.signal(),
                        "the catalogue has none of that name");
            }
        }
    }
}
