package dev.driveline.registry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.model.ModelId;
import dev.driveline.store.postgres.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Publishes everything anew that was published in a lower epoch: after a restore from backup the
 * operator raises the epoch, and what the readers have must give way to what was restored.
 *
 * <p>Without a raised epoch it finds nothing to do but what an earlier version never published.
 * Several instances may run it at once.
 */
public final class Renewal {

    private final Database database;
    private final Announcements announcements;
    private final TopicExceptions exceptions;
    private final GrantTable grants;
    private final LimitTable limits;

    public Renewal(
            Database database,
            Announcements announcements,
            TopicExceptions exceptions,
            GrantTable grants,
            LimitTable limits) {
        this.database = database;
        this.announcements = announcements;
        this.exceptions = exceptions;
        this.grants = grants;
        this.limits = limits;
    }

    /** Runs at the start; blocks. */
    public void run() {
        long epochsBefore = announcements.floor() - 1;
        database.run(handle -> {
            ModelTable.renew(handle, announcements, epochsBefore);
            VssMappingTable.renew(handle, announcements, epochsBefore);
            vehicles(handle, epochsBefore);
            trust(handle, epochsBefore);
        });
    }

    /**
     * Publishes everything anew, whatever its epoch, so that topics that were lost or cut are made
     * whole again. Readers that have it all learn nothing new. Blocks.
     */
    public void everything() {
        database.run(handle -> CatalogueTable.announceAll(handle, announcements));
        database.run(handle -> ModelTable.renew(handle, announcements, Long.MAX_VALUE));
        database.run(handle -> VssMappingTable.renew(handle, announcements, Long.MAX_VALUE));
        database.run(handle -> vehicles(handle, Long.MAX_VALUE));
        database.run(handle -> trust(handle, Long.MAX_VALUE));
    }

    private void vehicles(Handle handle, long below) {
        for (Model model : modelsBelow(handle, below)) {
            FleetTable.hold(handle, model.tenant());
            VehicleTable.announceModel(handle, announcements, model.tenant(), model.id());
        }
    }

    private void trust(Handle handle, long below) {
        below(handle, "SELECT vin FROM vehicle WHERE access_version BETWEEN 1 AND :below", below)
                .forEach(vin -> VehicleTable.announceAccess(handle, announcements, Vin.of(vin)));
        below(handle, "SELECT id FROM certificate WHERE access_version BETWEEN 1 AND :below", below)
                .forEach(id -> CertificateTable.announce(handle, announcements, id));
        below(handle, "SELECT id FROM authority WHERE access_version BETWEEN 1 AND :below", below)
                .forEach(id -> AuthorityTable.announce(handle, announcements, id));
        ForeignCertificateTable.renew(handle, announcements, below);
        exceptions.renew(handle, below);
        grants.renew(handle, below);
        limits.renew(handle, below);
    }

    private record Model(TenantId tenant, ModelId id) {}

    private static List<Model> modelsBelow(Handle handle, long below) {
        return handle.createQuery(
                        "SELECT DISTINCT tenant, model FROM vehicle WHERE version <= :below")
                .bind("below", below)
                .map((row, _) ->
                        new Model(
                                TenantId.of(row.getString("tenant")),
                                new ModelId(row.getString("model"))))
                .list();
    }

    private static List<String> below(Handle handle, String sql, long below) {
        return handle.createQuery(sql + " FOR UPDATE")
                .bind("below", below)
                .mapTo(String.class)
                .list();
    }
}
