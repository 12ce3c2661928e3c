package dev.driveline.telemetry.export;

import dev.driveline.telemetry.sample.SampleKey;
import org.jspecify.annotations.Nullable;

/**
 * Where an export goes on.
 *
 * @param target index into the order's targets; their number at the end
 * @param after the last sample of it that is written; null for none
 */
public record ExportPlace(int target, @Nullable SampleKey after) {

    public static final ExportPlace BEGIN = new ExportPlace(0, null);
}
