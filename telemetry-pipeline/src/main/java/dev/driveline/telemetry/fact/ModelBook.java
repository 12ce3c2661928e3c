package dev.driveline.telemetry.fact;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.ModelFact;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Every model and its catalogues, some kilobytes each at most. Thread-safe.
 *
 * <p>What a vehicle's own fact says of a catalogue counts only while there is no fact of its model,
 * as under a registry from before there were any.
 */
public final class ModelBook {

    /** Below every version that the registry allots. */
    private static final long NONE = 0;

    private final ConcurrentMap<String, ModelFact> models = new ConcurrentHashMap<>();

    /** Takes a fact in, unless a newer one is known. */
    public void put(ModelFact fact) {
        models.merge(
                fact.key(),
                fact,
                (known, newer) -> newer.version() >= known.version() ? newer : known);
    }

    /**
     * @param key of the record
     */
    public void remove(String key) {
        models.remove(key);
    }

    /** Whether it is known what the registry says of the vehicle's model, or that it is silent. */
    public boolean knows(KnownVehicle vehicle) {
        return models.containsKey(keyOf(vehicle));
    }

    /** Remembers that the registry's topic has nothing of the vehicle's model so far. */
    public void knowsNothingOf(KnownVehicle vehicle) {
        TenantId tenant = vehicle.tenant();
        var _ =
                models.putIfAbsent(
                        keyOf(vehicle), new ModelFact(NONE, tenant, vehicle.model(), List.of()));
    }

    /** What decodes the vehicle's batches of a time that name no catalogue; null for nothing. */
    public @Nullable CatalogueRef inForce(KnownVehicle vehicle, Instant at) {
        ModelFact fact = models.get(keyOf(vehicle));
        return fact == null || fact.version() == NONE ? vehicle.catalogue() : fact.at(at);
    }

    /** What is in force for a tenant's models now, by model; a model without has no entry. */
    public Map<String, CatalogueRef> inForce(TenantId tenant, Instant at) {
        Map<String, CatalogueRef> found = new TreeMap<>();
        models.forEach((_, fact) -> {
            CatalogueRef ref = fact.tenant().equals(tenant) ? fact.at(at) : null;
            if (ref != null) {
                found.put(fact.model(), ref);
            }
        });
        return found;
    }

    /** Whether a catalogue is, was or will be in force for one of a tenant's models. */
    public boolean names(TenantId tenant, CatalogueRef ref) {
        return models.values().stream()
                .filter(fact -> fact.tenant().equals(tenant))
                .anyMatch(fact ->
                        fact.catalogues().stream().anyMatch(one -> one.catalogue().equals(ref)));
    }

    private static String keyOf(KnownVehicle vehicle) {
        return ModelFact.key(vehicle.tenant(), vehicle.model());
    }
}
