package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.registry.catalogue.VssMapping;
import dev.driveline.registry.catalogue.VssMappings;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Tables {@code vss_mapping}, whose rows never change, and {@code vss_in_force}. */
public final class VssMappingTable implements VssMappings {

    private static final int HASH_CHARACTERS = 32;
    private static final int MOST_LISTED = 1_000;

    private final Database database;
    private final Announcements announcements;

    public VssMappingTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    @Override
    public Stored add(TenantId tenant, CatalogueRef catalogue, VssMapping mapping) {
        String json = Json.text(mapping);
        String hash = hashOf(json);
        String sql =
                """
                INSERT INTO vss_mapping (tenant, catalogue_id, catalogue_hash, hash, document)
                VALUES (:tenant, :id, :catalogue, :hash, :document) ON CONFLICT DO NOTHING
                """;
        database.run(handle -> {
            CatalogueTable.mustExist(handle, tenant, catalogue);
            handle.createUpdate(sql)
                    .bind("tenant", tenant.value())
                    .bind("id", catalogue.id())
                    .bind("catalogue", catalogue.hash())
                    .bind("hash", hash)
                    .bind("document", json)
                    .execute();
            putInForce(handle, tenant, catalogue, new Stored(hash, mapping));
        });
        return new Stored(hash, mapping);
    }

    private void putInForce(Handle handle, TenantId tenant, CatalogueRef catalogue, Stored stored) {
        String sql =
                """
                INSERT INTO vss_in_force AS v (tenant, catalogue_id, catalogue_hash, hash, version)
                VALUES (:tenant, :id, :catalogue, :hash, :floor)
                ON CONFLICT (tenant, catalogue_id, catalogue_hash) DO UPDATE
                SET hash = excluded.hash, version = greatest(v.version + 1, excluded.version),
                    updated_at = now()
                WHERE v.hash <> excluded.hash
                RETURNING version
                """;
        handle.createQuery(sql)
                .bind("tenant", tenant.value())
                .bind("id", catalogue.id())
                .bind("catalogue", catalogue.hash())
                .bind("hash", stored.hash())
                .bind("floor", announcements.floor())
                .mapTo(Long.class)
                .findOne()
                .ifPresent(version ->
                        announcements.mapping(handle, factOf(version, tenant, catalogue, stored)));
    }

    /** Publishes the mappings anew that were published below a version, or never. */
    static void renew(Handle handle, Announcements announcements, long below) {
        String sql =
                """
                UPDATE vss_in_force v SET version = greatest(v.version + 1, :floor)
                FROM vss_mapping m
                WHERE v.version <= :below AND m.tenant = v.tenant AND m.hash = v.hash
                  AND m.catalogue_id = v.catalogue_id AND m.catalogue_hash = v.catalogue_hash
                RETURNING v.tenant, v.catalogue_id, v.catalogue_hash, v.hash, v.version, m.document
                """;
        handle.createQuery(sql)
                .bind("floor", announcements.floor())
                .bind("below", below)
                .map((row, _) ->
                        factOf(
                                row.getLong("version"),
                                TenantId.of(row.getString("tenant")),
                                new CatalogueRef(
                                        row.getString("catalogue_id"),
                                        row.getString("catalogue_hash")),
                                new Stored(
                                        row.getString("hash"),
                                        Json.read(row.getString("document"), VssMapping.class))))
                .forEach(fact -> announcements.mapping(handle, fact));
    }

    private static MappingFact factOf(
            long version, TenantId tenant, CatalogueRef catalogue, Stored stored) {
        return new MappingFact(
                version,
                tenant,
                catalogue,
                stored.hash(),
                stored.mapping().entries().stream()
                        .map(entry ->
                                new MappingFact.Entry(
                                        entry.signal(),
                                        entry.path(),
                                        entry.unit(),
                                        entry.factor(),
                                        entry.offset()))
                        .toList());
    }

    @Override
    public Stored get(TenantId tenant, CatalogueRef catalogue, String hash) {
        String sql =
                """
                SELECT document FROM vss_mapping
                WHERE tenant = :tenant AND catalogue_id = :id AND catalogue_hash = :catalogue
                  AND hash = :hash
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .bind("id", catalogue.id())
                        .bind("catalogue", catalogue.hash())
                        .bind("hash", hash)
                        .mapTo(String.class)
                        .map(json -> new Stored(hash, Json.read(json, VssMapping.class)))
                        .findOne()
                        .orElseThrow(() ->
                                new InvalidValueException(
                                        ErrorCode.MAPPING_UNKNOWN,
                                        "mapping",
                                        hash,
                                        "does not exist for " + catalogue)));
    }

    @Override
    public List<Listed> list(TenantId tenant, CatalogueRef catalogue) {
        String sql =
                """
                SELECT m.hash, v.version IS NOT NULL AS in_force
                FROM vss_mapping m
                LEFT JOIN vss_in_force v USING (tenant, catalogue_id, catalogue_hash, hash)
                WHERE m.tenant = :tenant AND m.catalogue_id = :id
                  AND m.catalogue_hash = :catalogue
                ORDER BY m.created_at DESC, m.hash LIMIT :limit
                """;
        return database.transaction(handle -> {
            CatalogueTable.mustExist(handle, tenant, catalogue);
            return handle.createQuery(sql)
                    .bind("tenant", tenant.value())
                    .bind("id", catalogue.id())
                    .bind("catalogue", catalogue.hash())
                    .bind("limit", MOST_LISTED)
                    .map((row, _) -> new Listed(row.getString("hash"), row.getBoolean("in_force")))
                    .list();
        });
    }

    private static String hashOf(String json) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(json.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
