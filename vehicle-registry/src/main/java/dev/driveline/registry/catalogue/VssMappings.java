package dev.driveline.registry.catalogue;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.util.List;

/** The mappings beside catalogues; each content is kept for ever. Methods block; thread-safe. */
public interface VssMappings {

    /**
     * @param hash of the content: the first 32 hexadecimal digits of SHA-256 over its JSON
     */
    record Stored(String hash, VssMapping mapping) {}

    /**
     * Keeps a mapping, unless it is there.
     *
     * @throws InvalidValueException CATALOGUE_UNKNOWN
     */
    Stored add(TenantId tenant, CatalogueRef catalogue, VssMapping mapping);

    /**
     * @throws InvalidValueException MAPPING_UNKNOWN
     */
    Stored get(TenantId tenant, CatalogueRef catalogue, String hash);

    /**
     * Hashes, the newest first.
     *
     * @throws InvalidValueException CATALOGUE_UNKNOWN
     */
    List<String> list(TenantId tenant, CatalogueRef catalogue);
}
