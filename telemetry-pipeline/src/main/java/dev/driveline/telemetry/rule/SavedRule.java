package dev.driveline.telemetry.rule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A rule as it is kept.
 *
 * @param updatedBy the person or machine that changed it last
 * @param updatedApp the app that acted for it; null for none
 */
public record SavedRule(
        RuleFact fact,
        Instant createdAt,
        Instant updatedAt,
        String updatedBy,
        @Nullable String updatedApp) {

    public String etag() {
        return "\"" + fact.version() + "\"";
    }
}
