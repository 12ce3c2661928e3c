package dev.driveline.gateway.operation;

import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;

/**
 * What went in and out of a vehicle's link, without payloads.
 *
 * @param until when recording ends, or ended
 * @param lines the oldest first; the oldest go where there are too many
 */
public record Trace(Vin vin, Instant until, List<Line> lines) {

    /** One packet or event. */
    public record Line(Instant at, String what) {}
}
