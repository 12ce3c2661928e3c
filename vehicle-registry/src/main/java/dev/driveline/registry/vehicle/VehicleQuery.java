package dev.driveline.registry.vehicle;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.model.ModelId;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which vehicles of a tenant; null asks for all.
 *
 * @param prefix what VINs begin with; empty for any
 * @param only the vehicles that the caller's token covers
 * @param after VINs above this, in order; empty for the first page
 */
public record VehicleQuery(
        TenantId tenant,
        @Nullable ModelId model,
        @Nullable VehicleState state,
        @Nullable FleetId fleet,
        LabelSelector labels,
        String prefix,
        @Nullable Covered only,
        String after,
        int limit) {

    private static final Pattern PREFIX = Pattern.compile("[A-HJ-NPR-Z0-9]{0,17}");

    /** The named vehicles, and those in the named fleets. */
    public record Covered(Set<Vin> vins, Set<String> fleets) {}

    /**
     * @throws InvalidValueException if no VIN begins so
     */
    public VehicleQuery {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new InvalidValueException(
                    "VIN prefix", prefix, "expected up to 17 of A-H, J-N, P, R-Z and 0-9");
        }
    }
}
