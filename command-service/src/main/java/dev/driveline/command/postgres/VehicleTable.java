package dev.driveline.command.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Table {@code vehicle}: this service's projection of {@code registry.vehicles}. */
public final class VehicleTable {

    /** What commands need to know of a vehicle. */
    public record Known(Vin vin, TenantId tenant, String model, VehicleState state) {}

    /**
     * Takes facts, each unless a higher version is known; the same again, for what was not read of
     * it once.
     *
     * @param facts at most one of a vehicle, always in the same order, so that two writers never
     *     wait for each other
     */
    public void apply(Handle handle, Collection<VehicleFact> facts) {
        try (PreparedBatch batch =
                handle.prepareBatch(
                        """
                        INSERT INTO vehicle (vin, tenant, model, state, fleets, labels, version)
                        VALUES (:vin, :tenant, :model, :state, :fleets, :labels::jsonb, :version)
                        ON CONFLICT (vin) DO UPDATE
                        SET tenant = excluded.tenant, model = excluded.model, state = excluded.state,
                            fleets = excluded.fleets, labels = excluded.labels, version = excluded.version
                        WHERE vehicle.version <= excluded.version
                        """)) {
            for (VehicleFact fact : facts) {
                batch.bind("vin", fact.vin().value())
                        .bind("tenant", fact.tenant().value())
                        .bind("model", fact.model())
                        .bind("state", fact.state().name())
                        .bindArray("fleets", String.class, fact.fleets())
                        .bind("labels", Json.text(fact.labels()))
                        .bind("version", fact.version())
                        .add();
            }
            var _ = batch.execute();
        }
    }

    /** A vehicle of a tenant; another tenant's is as unknown as none. */
    public Optional<Known> find(Handle handle, Vin vin, TenantId tenant) {
        return handle.createQuery(
                        "SELECT model, state FROM vehicle WHERE vin = :vin AND tenant = :tenant")
                .bind("vin", vin.value())
                .bind("tenant", tenant.value())
                .map((row, context) ->
                        new Known(
                                vin,
                                tenant,
                                row.getString("model"),
                                VehicleState.valueOf(row.getString("state"))))
                .findOne();
    }

    /** Whether a vehicle is in one of these fleets. */
    public boolean inOneOf(Handle handle, Vin vin, TenantId tenant, Set<String> fleets) {
        return handle.createQuery(
                                "SELECT count(*) FROM vehicle WHERE vin = :vin AND tenant = :tenant AND fleets && :fleets::text[]")
                        .bind("vin", vin.value())
                        .bind("tenant", tenant.value())
                        .bindArray("fleets", String.class, fleets)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    /**
     * As {@link #find}.
     *
     * @throws ProblemException VEHICLE_UNKNOWN
     */
    public Known mustBeKnown(Handle handle, Vin vin, TenantId tenant) {
        return find(handle, vin, tenant)
                .orElseThrow(() ->
                        new ProblemException(
                                ErrorCode.VEHICLE_UNKNOWN, "no vehicle '" + vin + "'"));
    }
}
