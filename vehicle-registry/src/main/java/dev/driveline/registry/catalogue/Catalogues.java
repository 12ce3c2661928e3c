package dev.driveline.registry.catalogue;

import dev.driveline.can.Catalogue;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.util.List;

/** The catalogues of every tenant; each content is kept for ever. Methods block; thread-safe. */
public interface Catalogues {

    /**
     * Keeps and publishes a catalogue, unless it is there.
     *
     * @return whether it is new
     * @throws InvalidValueException BODY_TOO_LARGE if it does not fit into a record when packed
     */
    boolean add(TenantId tenant, CheckedCatalogue catalogue);

    /**
     * @throws InvalidValueException CATALOGUE_UNKNOWN
     */
    CatalogueSummary get(TenantId tenant, CatalogueRef ref);

    /** In order of id and hash, after {@code after}. */
    List<CatalogueSummary> list(TenantId tenant, String after, int limit);

    /**
     * The compiled form, remembered for a while.
     *
     * @throws InvalidValueException CATALOGUE_UNKNOWN
     */
    Catalogue compiled(TenantId tenant, CatalogueRef ref);
}
