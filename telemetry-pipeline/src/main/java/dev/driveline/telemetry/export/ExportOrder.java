package dev.driveline.telemetry.export;

import dev.driveline.contract.id.Vin;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an export is to hold, settled when it is ordered: later changes of fleets, labels and
 * catalogues do not reach it.
 *
 * @param signals as they were asked for
 * @param fromUs vehicle time, inclusive
 * @param toUs exclusive
 * @param targets vehicles in the order of the result
 */
public record ExportOrder(
        Format format, List<String> signals, long fromUs, long toUs, List<Target> targets) {

    /** One vehicle, and the full names that are exported of it. */
    public record Target(Vin vin, List<String> signals) {}

    /** What a line is. */
    public enum Format {
        CSV,
        NDJSON
    }

    /** Of all vehicles. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        targets.forEach(target -> names.addAll(target.signals()));
        return names;
    }
}
