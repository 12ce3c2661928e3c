package dev.driveline.telemetry.export;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.job.JobKind;
import java.util.List;

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

    public static final JobKind<ExportOrder, ExportPlace, ExportCounts> KIND =
            new JobKind<>(
                    "export",
                    "export",
                    ErrorCode.EXPORT_UNKNOWN,
                    ExportOrder.class,
                    ExportPlace.class,
                    ExportCounts.class,
                    ExportPlace.BEGIN,
                    ExportCounts.NONE);

    /** One vehicle, and the full names that are exported of it. */
    public record Target(Vin vin, List<String> signals) {}

    /** What a line is. */
    public enum Format {
        CSV,
        NDJSON
    }
}
