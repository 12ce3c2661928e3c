package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.catalogue.VssMapping;
import dev.driveline.registry.catalogue.VssMappings;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Table {@code vss_mapping}; rows never change. */
public final class VssMappingTable implements VssMappings {

    private static final int HASH_CHARACTERS = 32;
    private static final int MOST_LISTED = 1_000;

    private final Database database;

    public VssMappingTable(Database database) {
        this.database = database;
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
        });
        return new Stored(hash, mapping);
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
    public List<String> list(TenantId tenant, CatalogueRef catalogue) {
        String sql =
                """
                SELECT hash FROM vss_mapping
                WHERE tenant = :tenant AND catalogue_id = :id AND catalogue_hash = :catalogue
                ORDER BY created_at DESC, hash LIMIT :limit
                """;
        return database.transaction(handle -> {
            CatalogueTable.mustExist(handle, tenant, catalogue);
            return handle.createQuery(sql)
                    .bind("tenant", tenant.value())
                    .bind("id", catalogue.id())
                    .bind("catalogue", catalogue.hash())
                    .bind("limit", MOST_LISTED)
                    .mapTo(String.class)
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
