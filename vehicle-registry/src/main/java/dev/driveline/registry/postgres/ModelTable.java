package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.model.Model;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.model.Models;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code model}. */
public final class ModelTable implements Models {

    private final Database database;
    private final Announcements announcements;

    public ModelTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public void add(TenantId tenant, Model model) {
        String sql =
                """
                INSERT INTO model (tenant, id, name) VALUES (:tenant, :id, :name)
                ON CONFLICT DO NOTHING
                """;
        int added =
                database.transaction(handle ->
                        handle.createUpdate(sql)
                                .bind("tenant", tenant.value())
                                .bind("id", model.id().value())
                                .bind("name", model.name())
                                .execute());
        if (added == 0) {
            throw new InvalidValueException(
                    ErrorCode.ALREADY_EXISTS, "model", model.id(), "exists already");
        }
    }

    @Override
    public Model get(TenantId tenant, ModelId id) {
        return database.transaction(handle -> find(handle, tenant, id, ""));
    }

    /** Keeps the model as it is until the transaction ends. */
    static Model held(Handle handle, TenantId tenant, ModelId id) {
        return find(handle, tenant, id, "FOR SHARE");
    }

    private static Model find(Handle handle, TenantId tenant, ModelId id, String lock) {
        String sql =
                """
                SELECT id, name, catalogue_id, catalogue_hash FROM model
                WHERE tenant = :tenant AND id = :id
                """;
        return handle.createQuery(sql + lock)
                .bind("tenant", tenant.value())
                .bind("id", id.value())
                .map((row, _) -> modelOf(row))
                .findOne()
                .orElseThrow(() -> unknown(id));
    }

    @Override
    public List<Model> list(TenantId tenant, String after, int limit) {
        String sql =
                """
                SELECT id, name, catalogue_id, catalogue_hash FROM model
                WHERE tenant = :tenant AND id > :after ORDER BY id LIMIT :limit
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, _) -> modelOf(row))
                        .list());
    }

    @Override
    public Model putInForce(TenantId tenant, ModelId id, CatalogueRef catalogue) {
        String sql =
                """
                UPDATE model
                SET catalogue_id = :catalogue, catalogue_hash = :hash, updated_at = now()
                WHERE tenant = :tenant AND id = :id
                """;
        return database.transaction(handle -> {
            CatalogueTable.mustExist(handle, tenant, catalogue);
            FleetTable.hold(handle, tenant);
            Model before = find(handle, tenant, id, "FOR UPDATE");
            if (catalogue.equals(before.catalogue())) {
                return before;
            }
            handle.createUpdate(sql)
                    .bind("tenant", tenant.value())
                    .bind("id", id.value())
                    .bind("catalogue", catalogue.id())
                    .bind("hash", catalogue.hash())
                    .execute();
            VehicleTable.announceModel(handle, announcements, tenant, id);
            return find(handle, tenant, id, "");
        });
    }

    static @Nullable CatalogueRef catalogueOf(ResultSet row) throws SQLException {
        String id = row.getString("catalogue_id");
        return id == null ? null : new CatalogueRef(id, row.getString("catalogue_hash"));
    }

    private static Model modelOf(ResultSet row) throws SQLException {
        return new Model(new ModelId(row.getString("id")), row.getString("name"), catalogueOf(row));
    }

    private static InvalidValueException unknown(ModelId id) {
        return new InvalidValueException(ErrorCode.MODEL_UNKNOWN, "model", id, "is not known");
    }
}
