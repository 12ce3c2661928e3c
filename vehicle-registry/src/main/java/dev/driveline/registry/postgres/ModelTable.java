package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.ModelFact.InForce;
import dev.driveline.registry.model.CatalogueSchedule;
import dev.driveline.registry.model.Model;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.model.Models;
import dev.driveline.registry.model.NewModel;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code model} and {@code model_catalogue}. The database's clock says what of a schedule
 * has begun, so that instances agree.
 */
public final class ModelTable implements Models {

    /** Of {@code model m}. */
    private static final String SELECT =
            """
            SELECT m.id, m.name, m.version, clock_timestamp() AS read_at,
                   ARRAY(SELECT c.from_at FROM model_catalogue c
                         WHERE c.tenant = m.tenant AND c.model = m.id
                         ORDER BY c.from_at) AS begins,
                   ARRAY(SELECT c.catalogue_id || '@' || c.catalogue_hash FROM model_catalogue c
                         WHERE c.tenant = m.tenant AND c.model = m.id
                         ORDER BY c.from_at) AS catalogues
            FROM model m
            """;

    private final Database database;
    private final Announcements announcements;

    public ModelTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public Model add(TenantId tenant, NewModel model) {
        String sql =
                """
                INSERT INTO model (tenant, id, name, version)
                VALUES (:tenant, :id, :name, :version) ON CONFLICT DO NOTHING
                """;
        return database.transaction(handle -> {
            int added =
                    handle.createUpdate(sql)
                            .bind("tenant", tenant.value())
                            .bind("id", model.id().value())
                            .bind("name", model.name())
                            .bind("version", announcements.next(0))
                            .execute();
            if (added == 0) {
                throw new InvalidValueException(
                        ErrorCode.ALREADY_EXISTS, "model", model.id(), "exists already");
            }
            return told(handle, tenant, model.id());
        });
    }

    @Override
    public Model get(TenantId tenant, ModelId id) {
        return database.transaction(handle -> find(handle, tenant, id));
    }

    /** Keeps the model until the transaction ends; its catalogues may change meanwhile. */
    static void hold(Handle handle, TenantId tenant, ModelId id) {
        lock(handle, tenant, id, "FOR KEY SHARE");
    }

    private static void lock(Handle handle, TenantId tenant, ModelId id, String strength) {
        var _ =
                handle.createQuery(
                                "SELECT id FROM model WHERE tenant = :tenant AND id = :id "
                                        + strength)
                        .bind("tenant", tenant.value())
                        .bind("id", id.value())
                        .mapTo(String.class)
                        .findOne()
                        .orElseThrow(() -> unknown(id));
    }

    private static Model find(Handle handle, TenantId tenant, ModelId id) {
        return handle.createQuery(SELECT + "WHERE m.tenant = :tenant AND m.id = :id")
                .bind("tenant", tenant.value())
                .bind("id", id.value())
                .map((row, _) -> modelOf(row))
                .findOne()
                .orElseThrow(() -> unknown(id));
    }

    @Override
    public List<Model> list(TenantId tenant, String after, int limit) {
        String page = "WHERE m.tenant = :tenant AND m.id > :after ORDER BY m.id LIMIT :limit";
        return database.transaction(handle ->
                handle.createQuery(SELECT + page)
                        .bind("tenant", tenant.value())
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, _) -> modelOf(row))
                        .list());
    }

    @Override
    public Model putInForce(
            TenantId tenant,
            ModelId id,
            @Nullable String etag,
            CatalogueRef catalogue,
            @Nullable Instant from) {
        return change(
                tenant,
                id,
                etag,
                (handle, model) -> {
                    CatalogueTable.mustExist(handle, tenant, catalogue);
                    return model.schedule().with(catalogue, from, model.readAt());
                });
    }

    @Override
    public Model withdraw(TenantId tenant, ModelId id, @Nullable String etag, Instant from) {
        return change(
                tenant, id, etag, (_, model) -> model.schedule().without(from, model.readAt()));
    }

    private interface Change {
        CatalogueSchedule of(Handle handle, Model before);
    }

    /** Locks first and reads afterwards, so that its time is of after the wait. */
    private Model change(TenantId tenant, ModelId id, @Nullable String etag, Change change) {
        return database.transaction(handle -> {
            lock(handle, tenant, id, "FOR NO KEY UPDATE");
            Model before = find(handle, tenant, id);
            Preconditions.mustMatch(etag, before.etag(), "model");
            CatalogueSchedule after = change.of(handle, before);
            if (after.equals(before.schedule())) {
                return before;
            }
            store(handle, tenant, id, before.schedule(), after);
            raise(handle, tenant, id, announcements.next(before.version()));
            return told(handle, tenant, id);
        });
    }

    /** What stays is not touched, so that the audit says what changed. */
    private static void store(
            Handle handle,
            TenantId tenant,
            ModelId id,
            CatalogueSchedule before,
            CatalogueSchedule after) {
        PreparedBatch gone =
                handle.prepareBatch(
                        "DELETE FROM model_catalogue WHERE tenant = ? AND model = ? AND from_at = ?");
        before.entries().stream()
                .filter(entry -> !after.entries().contains(entry))
                .forEach(entry -> gone.add(tenant.value(), id.value(), entry.from()));
        PreparedBatch come =
                handle.prepareBatch(
                        """
                        INSERT INTO model_catalogue
                            (tenant, model, from_at, catalogue_id, catalogue_hash)
                        VALUES (?, ?, ?, ?, ?)
                        """);
        after.entries().stream()
                .filter(entry -> !before.entries().contains(entry))
                .forEach(entry ->
                        come.add(
                                tenant.value(),
                                id.value(),
                                entry.from(),
                                entry.catalogue().id(),
                                entry.catalogue().hash()));
        for (PreparedBatch batch : List.of(gone, come)) {
            if (batch.size() > 0) {
                batch.execute();
            }
        }
    }

    private static void raise(Handle handle, TenantId tenant, ModelId id, long version) {
        handle.createUpdate(
                        """
                        UPDATE model SET version = :version, updated_at = now()
                        WHERE tenant = :tenant AND id = :id
                        """)
                .bind("version", version)
                .bind("tenant", tenant.value())
                .bind("id", id.value())
                .execute();
    }

    private Model told(Handle handle, TenantId tenant, ModelId id) {
        Model model = find(handle, tenant, id);
        announcements.model(handle, model.fact(tenant));
        return model;
    }

    /** Publishes the models anew that were published below a version, or never. */
    static void renew(Handle handle, Announcements announcements, long below) {
        String sql =
                """
                UPDATE model SET version = greatest(version + 1, :floor)
                WHERE version <= :below RETURNING tenant, id
                """;
        handle.createQuery(sql)
                .bind("floor", announcements.floor())
                .bind("below", below)
                .map((row, _) -> List.of(row.getString("tenant"), row.getString("id")))
                .list()
                .forEach(of -> {
                    TenantId tenant = TenantId.of(of.getFirst());
                    Model model = find(handle, tenant, new ModelId(of.getLast()));
                    announcements.model(handle, model.fact(tenant));
                });
    }

    static @Nullable CatalogueRef catalogueOf(ResultSet row) throws SQLException {
        String id = row.getString("catalogue_id");
        return id == null ? null : new CatalogueRef(id, row.getString("catalogue_hash"));
    }

    private static Model modelOf(ResultSet row) throws SQLException {
        Timestamp[] begins = (Timestamp[]) row.getArray("begins").getArray();
        String[] catalogues = (String[]) row.getArray("catalogues").getArray();
        List<InForce> entries = new ArrayList<>();
        for (int i = 0; i < begins.length; i++) {
            entries.add(new InForce(CatalogueRef.parse(catalogues[i]), begins[i].toInstant()));
        }
        return new Model(
                new ModelId(row.getString("id")),
                row.getString("name"),
                new CatalogueSchedule(entries),
                row.getLong("version"),
                row.getTimestamp("read_at").toInstant());
    }

    private static InvalidValueException unknown(ModelId id) {
        return new InvalidValueException(ErrorCode.MODEL_UNKNOWN, "model", id, "is not known");
    }
}
