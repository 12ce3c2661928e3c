package dev.driveline.telemetry.trip;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Trips and charging sessions that were found. Thread-safe; blocks. */
public interface Legs {

    /**
     * A vehicle's legs of one kind, the latest first.
     *
     * @param fromUs only those that end at or behind this time, vehicle time
     * @param toUs only those that begin before
     * @param before only those that began before this time; null for all
     */
    List<Leg> list(
            TenantId tenant,
            Vin vin,
            Leg.Kind kind,
            long fromUs,
            long toUs,
            @Nullable Long before,
            int limit);
}
