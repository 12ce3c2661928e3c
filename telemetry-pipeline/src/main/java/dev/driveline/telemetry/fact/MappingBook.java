package dev.driveline.telemetry.fact;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.MappingFact;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which signals are which paths of the Vehicle Signal Specification, by tenant and catalogue.
 * Thread-safe.
 */
public final class MappingBook {

    /** What says where a vehicle is or how it is driven, by COVESA VSS 6.0. */
    private static final List<String> PROTECTED =
            List.of("Vehicle.CurrentLocation.", "Vehicle.Driver.");

    private final ConcurrentMap<String, Mapping> mappings = new ConcurrentHashMap<>();

    /** Names that any mapping of a tenant protects; made anew whenever a mapping changes. */
    private volatile Map<TenantId, Set<String>> protectedNames = Map.of();

    private record Mapping(
            MappingFact fact,
            Map<String, MappingFact.Entry> bySignal,
            Map<String, MappingFact.Entry> byPath) {

        static Mapping of(MappingFact fact) {
            Map<String, MappingFact.Entry> bySignal = new HashMap<>();
            Map<String, MappingFact.Entry> byPath = new HashMap<>();
            for (MappingFact.Entry entry : fact.entries()) {
                // One signal may be several paths; its first is its alias.
                bySignal.putIfAbsent(entry.signal(), entry);
                byPath.put(entry.path(), entry);
            }
            return new Mapping(fact, bySignal, byPath);
        }
    }

    /** Takes a fact in, unless a newer one is known. */
    public void put(MappingFact fact) {
        mappings.merge(
                fact.key(),
                Mapping.of(fact),
                (known, newer) -> newer.fact().version() >= known.fact().version() ? newer : known);
        protect();
    }

    /**
     * @param key of the record
     */
    public void remove(String key) {
        mappings.remove(key);
        protect();
    }

    /** The path of a signal that a catalogue decoded; null where it has none. */
    public MappingFact.@Nullable Entry ofSignal(TenantId tenant, String catalogue, String signal) {
        Mapping mapping = mappings.get(tenant.value() + "/" + catalogue);
        return mapping == null ? null : mapping.bySignal().get(signal);
    }

    /** The signal that a path stands for in a catalogue; null for none. */
    public @Nullable String ofPath(TenantId tenant, CatalogueRef catalogue, String path) {
        Mapping mapping = mappings.get(tenant.value() + "/" + catalogue);
        MappingFact.Entry entry = mapping == null ? null : mapping.byPath().get(path);
        return entry == null ? null : entry.signal();
    }

    /** What stands under a path for a catalogue; null for nothing. */
    public MappingFact.@Nullable Entry ofPath(TenantId tenant, String catalogue, String path) {
        Mapping mapping = mappings.get(tenant.value() + "/" + catalogue);
        return mapping == null ? null : mapping.byPath().get(path);
    }

    /** Goes through a tenant's mappings, one a catalogue, in no order. */
    public void ofTenant(TenantId tenant, Consumer<MappingFact> action) {
        for (Mapping mapping : mappings.values()) {
            if (mapping.fact().tenant().equals(tenant)) {
                action.accept(mapping.fact());
            }
        }
    }

    /** Full names of signals that need the scope {@code telemetry:location}. */
    public Set<String> protectedNames(TenantId tenant) {
        return protectedNames.getOrDefault(tenant, Set.of());
    }

    private synchronized void protect() {
        Map<TenantId, Set<String>> names = new HashMap<>();
        for (Mapping mapping : mappings.values()) {
            for (MappingFact.Entry entry : mapping.fact().entries()) {
                if (PROTECTED.stream().anyMatch(entry.path()::startsWith)) {
                    names.computeIfAbsent(mapping.fact().tenant(), _ -> new HashSet<>())
                            .add(entry.signal());
                }
            }
        }
        protectedNames = names;
    }
}
