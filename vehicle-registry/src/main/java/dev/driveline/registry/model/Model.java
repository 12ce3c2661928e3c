package dev.driveline.registry.model;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.ModelFact;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A model of vehicles.
 *
 * @param name for people
 * @param schedule which catalogue decodes what its vehicles send
 * @param version rises with everything that the fact says; also the ETag
 * @param readAt by the database's clock, which also says what of the schedule has begun
 */
public record Model(
        ModelId id, String name, CatalogueSchedule schedule, long version, Instant readAt) {

    /** In force when it was read; null for none. */
    public @Nullable CatalogueRef catalogue() {
        return schedule.at(readAt);
    }

    /** In HTTP's shape, with its quotes. */
    public String etag() {
        return "\"" + version + "\"";
    }

    public ModelFact fact(TenantId tenant) {
        return new ModelFact(version, tenant, id.value(), schedule.entries());
    }
}
