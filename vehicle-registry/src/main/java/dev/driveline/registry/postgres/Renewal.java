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
 * <p>Without a raised epoch it finds nothing to do. Several instances may run it at once.
 */
public final class Renewal {

    private final Database database;
    private final Announcements announcements;
    private final TopicExceptions exceptions;

    public Renewal(Database database, Announcements announcements, TopicExceptions exceptions) {
        this.database = database;
        this.announcements = announcements;
        this.exceptions = exceptions;
    }

    /** Runs at the start; blocks. */
    public void run() {
        database.run(handle -> {
            for (Model model : modelsBelow(handle)) {
                FleetTable.hold(handle, model.tenant());
                VehicleTable.announceModel(handle, announcements, model.tenant(), model.id());
            }
            below(handle, "SELECT vin FROM vehicle WHERE access_version BETWEEN 1 AND :below")
                    .forEach(
                            vin -> VehicleTable.announceAccess(handle, announcements, Vin.of(vin)));
            below(handle, "SELECT id FROM certificate WHERE access_version BETWEEN 1 AND :below")
                    .forEach(id -> CertificateTable.announce(handle, announcements, id));
            below(handle, "SELECT id FROM authority WHERE access_version BETWEEN 1 AND :below")
                    .forEach(id -> AuthorityTable.announce(handle, announcements, id));
            exceptions.renew(handle);
        });
    }

    private record Model(TenantId tenant, ModelId id) {}

    private List<Model> modelsBelow(Handle handle) {
        return handle.createQuery(
                        "SELECT DISTINCT tenant, model FROM vehicle WHERE version <= :below")
                .bind("below", announcements.floor() - 1)
                .map((row, _) ->
                        new Model(
                                TenantId.of(row.getString("tenant")),
                                new ModelId(row.getString("model"))))
                .list();
    }

    private List<String> below(Handle handle, String sql) {
        return handle.createQuery(sql + " FOR UPDATE")
                .bind("below", announcements.floor() - 1)
                .mapTo(String.class)
                .list();
    }
}
