package dev.driveline.registry.postgres;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Compilation;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.registry.catalogue.CatalogueSummary;
import dev.driveline.registry.catalogue.Catalogues;
import dev.driveline.registry.catalogue.CheckedCatalogue;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Table {@code catalogue}; rows never change. */
public final class CatalogueTable implements Catalogues {

    private static final int REMEMBERED = 8;

    private final Database database;
    private final Announcements announcements;
    private final Map<CatalogueRef, Catalogue> compiled = new LinkedHashMap<>(16, 0.75f, true);

    public CatalogueTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public boolean add(TenantId tenant, CheckedCatalogue catalogue) {
        CatalogueRef ref = catalogue.summary().ref();
        byte[] source = catalogue.source().toBytes();
        byte[] packed = Compression.pack(source);
        int room = Topic.REGISTRY_CATALOGUES.maxRecordBytes() - ref.toString().length();
        if (packed.length > room) {
            throw new InvalidValueException(
                    ErrorCode.BODY_TOO_LARGE,
                    "catalogue",
                    ref,
                    "it has %d bytes when packed, a record takes %d"
                            .formatted(packed.length, room));
        }
        String sql =
                """
                INSERT INTO catalogue (tenant, id, hash, source, summary)
                VALUES (:tenant, :id, :hash, :source, :summary::jsonb)
                ON CONFLICT DO NOTHING
                """;
        return database.transaction(handle -> {
            int added =
                    handle.createUpdate(sql)
                            .bind("tenant", tenant.value())
                            .bind("id", ref.id())
                            .bind("hash", ref.hash())
                            .bind("source", source)
                            .bind("summary", Json.text(catalogue.summary()))
                            .execute();
            if (added > 0) {
                announcements.catalogue(handle, ref, packed);
            }
            return added > 0;
        });
    }

    /** Publishes every catalogue anew. */
    static void announceAll(Handle handle, Announcements announcements) {
        handle.createQuery("SELECT id, hash, source FROM catalogue ORDER BY created_at")
                .map((row, _) -> {
                    CatalogueRef ref =
                            CatalogueRef.parse(row.getString("id") + "@" + row.getString("hash"));
                    announcements.catalogue(handle, ref, Compression.pack(row.getBytes("source")));
                    return ref;
                })
                .list();
    }

    @Override
    public CatalogueSummary get(TenantId tenant, CatalogueRef ref) {
        String sql =
                """
                SELECT summary FROM catalogue
                WHERE tenant = :tenant AND id = :id AND hash = :hash
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("id", ref.id())
                        .bind("hash", ref.hash())
                        .map((row, _) -> summaryOf(row.getString("summary")))
                        .findOne()
                        .orElseThrow(() -> unknown(ref)));
    }

    @Override
    public List<CatalogueSummary> list(TenantId tenant, String after, int limit) {
        String sql =
                """
                SELECT summary FROM catalogue
                WHERE tenant = :tenant AND id || '@' || hash > :after
                ORDER BY id || '@' || hash LIMIT :limit
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, _) -> summaryOf(row.getString("summary")))
                        .list());
    }

    @Override
    public Catalogue compiled(TenantId tenant, CatalogueRef ref) {
        database.run(handle -> mustExist(handle, tenant, ref));
        synchronized (compiled) {
            Catalogue known = compiled.get(ref);
            if (known != null) {
                return known;
            }
        }
        Catalogue catalogue = compile(tenant, ref);
        synchronized (compiled) {
            compiled.put(ref, catalogue);
            if (compiled.size() > REMEMBERED) {
                compiled.remove(compiled.keySet().iterator().next());
            }
        }
        return catalogue;
    }

    /**
     * @throws InvalidValueException CATALOGUE_UNKNOWN
     */
    static void mustExist(Handle handle, TenantId tenant, CatalogueRef ref) {
        String sql =
                """
                SELECT id FROM catalogue WHERE tenant = :tenant AND id = :id AND hash = :hash
                """;
        var _ =
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("id", ref.id())
                        .bind("hash", ref.hash())
                        .mapTo(String.class)
                        .findOne()
                        .orElseThrow(() -> unknown(ref));
    }

    private Catalogue compile(TenantId tenant, CatalogueRef ref) {
        String sql =
                """
                SELECT source FROM catalogue
                WHERE tenant = :tenant AND id = :id AND hash = :hash
                """;
        byte[] source =
                database.transaction(handle ->
                        handle.createQuery(sql)
                                .bind("tenant", tenant.value())
                                .bind("id", ref.id())
                                .bind("hash", ref.hash())
                                .mapTo(byte[].class)
                                .findOne()
                                .orElseThrow(() -> unknown(ref)));
        return switch (CatalogueSource.fromBytes(source).compile()) {
            case Compilation.Compiled done -> done.catalogue();
            case Compilation.Refused refused ->
                    throw new IllegalStateException(
                            ref + " was taken once and is refused now: " + refused.findings());
        };
    }

    private static CatalogueSummary summaryOf(String json) {
        return Json.read(json, CatalogueSummary.class);
    }

    private static InvalidValueException unknown(CatalogueRef ref) {
        return new InvalidValueException(
                ErrorCode.CATALOGUE_UNKNOWN, "catalogue", ref, "is not known");
    }
}
