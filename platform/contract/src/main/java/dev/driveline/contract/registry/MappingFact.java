package dev.driveline.contract.registry;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.util.List;
import java.util.Objects;

/**
 * A record of {@code registry.mappings}, key tenant/id@hash: which signals of a tenant's catalogue
 * are which paths of the Vehicle Signal Specification (COVESA VSS).
 *
 * <p>The tenant stands in the key, because two tenants may have the same catalogue and map it
 * differently. Compatibility: unknown members are ignored.
 *
 * @param version readers ignore a lower one than they have
 * @param hash of the mapping's content: it tells one mapping of a catalogue from another
 * @param entries in order of paths, each path once, at most 20,000
 */
public record MappingFact(
        long version, TenantId tenant, CatalogueRef catalogue, String hash, List<Entry> entries) {

    /**
     * One path: VSS value = physical value × factor + offset.
     *
     * @param signal {@code bus.Message.SIGNAL}
     * @param unit of the VSS value, possibly empty
     */
    public record Entry(String signal, String path, String unit, double factor, double offset) {}

    public MappingFact {
        entries = List.copyOf(Objects.requireNonNullElse(entries, List.of()));
    }

    /** The record's key. */
    public String key() {
        return tenant.value() + "/" + catalogue;
    }
}
