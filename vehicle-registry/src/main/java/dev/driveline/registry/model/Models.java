package dev.driveline.registry.model;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models of every tenant. Every change is published in its own transaction, as one fact of the
 * model, however many vehicles it has. Methods block; thread-safe.
 */
public interface Models {

    /**
     * Adds a model without a catalogue.
     *
     * @throws InvalidValueException ALREADY_EXISTS
     */
    Model add(TenantId tenant, NewModel model);

    /**
     * @throws InvalidValueException MODEL_UNKNOWN
     */
    Model get(TenantId tenant, ModelId id);

    /** In order of ids, after {@code after}. */
    List<Model> list(TenantId tenant, String after, int limit);

    /**
     * Puts a catalogue in force, as {@link CatalogueSchedule#with} says.
     *
     * @param etag of the model that was seen; null for whatever there is
     * @param from null for at once
     * @throws InvalidValueException MODEL_UNKNOWN, CATALOGUE_UNKNOWN or CONFLICT
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     */
    Model putInForce(
            TenantId tenant,
            ModelId id,
            @Nullable String etag,
            CatalogueRef catalogue,
            @Nullable Instant from);

    /**
     * Takes back what was planned for a time.
     *
     * @param etag as above
     * @throws InvalidValueException MODEL_UNKNOWN, CATALOGUE_UNKNOWN or CONFLICT
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     */
    Model withdraw(TenantId tenant, ModelId id, @Nullable String etag, Instant from);
}
