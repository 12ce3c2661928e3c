package dev.driveline.contract.registry;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code registry.models}, key tenant/model: which catalogue decodes the batches of a
 * model's vehicles that name none, and from when on.
 *
 * <p>A batch is decoded by what was in force at its own time, so that one that was stored before a
 * change is read as it was meant. Compatibility: unknown members are ignored.
 *
 * @param version readers ignore a lower one than they have
 * @param catalogues the newest last, at most {@value #MAX_CATALOGUES}; empty while there is none
 */
public record ModelFact(long version, TenantId tenant, String model, List<InForce> catalogues) {

    public static final int MAX_CATALOGUES = 32;

    /**
     * A catalogue from a time on, until that of the next.
     *
     * @param from inclusive, to the microsecond; 1970 for a model's first, which also decodes what
     *     its vehicles stored before
     */
    public record InForce(CatalogueRef catalogue, Instant from) {}

    public ModelFact {
        catalogues = List.copyOf(Objects.requireNonNullElse(catalogues, List.of()));
    }

    /** The record's key. */
    public static String key(TenantId tenant, String model) {
        return tenant.value() + "/" + model;
    }

    /** The record's key. */
    public String key() {
        return key(tenant, model);
    }

    /** What is in force at a time; null for nothing yet. */
    public @Nullable CatalogueRef at(Instant time) {
        InForce found = null;
        for (InForce entry : catalogues) {
            if (!entry.from().isAfter(time)
                    && (found == null || !entry.from().isBefore(found.from()))) {
                found = entry;
            }
        }
        return found == null ? null : found.catalogue();
    }
}
