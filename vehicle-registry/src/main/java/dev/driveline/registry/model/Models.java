package dev.driveline.registry.model;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.util.List;

/** The models of every tenant. Methods block; thread-safe. */
public interface Models {

    /**
     * Adds a model without a catalogue.
     *
     * @throws InvalidValueException ALREADY_EXISTS
     */
    void add(TenantId tenant, Model model);

    /**
     * @throws InvalidValueException MODEL_UNKNOWN
     */
    Model get(TenantId tenant, ModelId id);

    /** In order of ids, after {@code after}. */
    List<Model> list(TenantId tenant, String after, int limit);

    /**
     * Puts a catalogue in force: the facts of all the model's vehicles are published with it, in
     * the same transaction.
     *
     * @throws InvalidValueException MODEL_UNKNOWN or CATALOGUE_UNKNOWN
     */
    Model putInForce(TenantId tenant, ModelId id, CatalogueRef catalogue);
}
