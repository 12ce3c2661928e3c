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
     * @param inForce whether it is the one that readers are told: the one that was sent last
     */
    record Listed(String hash, boolean inForce) {}

    /**
     * Keeps a mapping, unless it is there, and puts it in force and publishes it, unless it is in
     * force already.
     *
     * @throws InvalidValueException CATALOGUE_UNKNOWN; BODY_TOO_LARGE if it does not fit into a
     *     record
     */
    Stored add(TenantId tenant, CatalogueRef catalogue, VssMapping mapping);

    /**
     * @throws InvalidValueException MAPPING_UNKNOWN
     */
    Stored get(TenantId tenant, CatalogueRef catalogue, String hash);

    /**
     * The newest first.
     *
     * @throws InvalidValueException CATALOGUE_UNKNOWN
     */
    List<Listed> list(TenantId tenant, CatalogueRef catalogue);
}
