package dev.driveline.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change of one row.
 *
 * @param id rises with time
 * @param actor a token's {@code sub}, {@code tbox:SERIAL}, or {@code registry} itself
 * @param app what acted for the actor; null for nothing
 * @param kind what was changed, such as {@code vehicle} or {@code certificate}
 * @param subject which one
 * @param vin the vehicle that it belongs to; null for none
 * @param before the members that differ; null where the row was added
 * @param after null where it was removed
 */
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        @Nullable String app,
        String kind,
        String subject,
        @Nullable String vin,
        Change change,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {

    /** What became of the row. */
    public enum Change {
        ADDED,
        CHANGED,
        REMOVED
    }
}
