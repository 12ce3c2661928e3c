package dev.driveline.telemetry.position;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a tenant's vehicles are. Thread-safe; blocks. */
@FunctionalInterface
public interface Positions {

    /**
     * The latest position of each vehicle in a box, by VIN.
     *
     * @param only these vehicles; null for all of the tenant
     * @param after only VINs behind this one; null from the first
     */
    List<Position> within(
            TenantId tenant, Box box, @Nullable Set<Vin> only, @Nullable Vin after, int limit);
}
