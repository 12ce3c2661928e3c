package dev.driveline.telemetry.fact;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleFact;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Every vehicle of the installation, about 150 bytes each. Thread-safe. */
public final class VehicleBook {

    private final ConcurrentMap<Vin, KnownVehicle> vehicles = new ConcurrentHashMap<>();
    private final ConcurrentMap<TenantId, TenantId> tenants = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, String> models = new ConcurrentHashMap<>();
    private final ConcurrentMap<CatalogueRef, CatalogueRef> catalogues = new ConcurrentHashMap<>();
    private final ConcurrentMap<List<String>, List<String>> fleets = new ConcurrentHashMap<>();

    private final ConcurrentMap<Map<String, String>, Map<String, String>> labels =
            new ConcurrentHashMap<>();

    /** Takes a fact in, unless a newer one is known. */
    public void put(VehicleFact fact) {
        KnownVehicle taken =
                new KnownVehicle(
                        fact.version(),
                        one(tenants, fact.tenant()),
                        one(models, fact.model()),
                        fact.catalogue() == null ? null : one(catalogues, fact.catalogue()),
                        one(fleets, fact.fleets()),
                        one(labels, fact.labels()));
        vehicles.merge(
                fact.vin(),
                taken,
                (known, newer) -> newer.version() >= known.version() ? newer : known);
    }

    public void remove(Vin vin) {
        vehicles.remove(vin);
    }

    public @Nullable KnownVehicle find(Vin vin) {
        return vehicles.get(vin);
    }

    /** Every vehicle, in no order, while others may change. */
    public void forEach(BiConsumer<Vin, KnownVehicle> action) {
        vehicles.forEach(action);
    }

    public int size() {
        return vehicles.size();
    }

    /** A million vehicles share a few tenants, models, catalogues and sets of fleets. */
    private static <T> T one(ConcurrentMap<T, T> shared, T value) {
        T before = shared.putIfAbsent(value, value);
        return before == null ? value : before;
    }
}
