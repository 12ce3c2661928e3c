package dev.driveline.telemetry.http;

import dev.driveline.telemetry.rule.RuleDefinition;
import dev.driveline.telemetry.rule.SavedRule;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rule as REST shows it.
 *
 * @param signals full names by the names that the definition uses
 */
record RuleBody(
        String id,
        long version,
        RuleDefinition definition,
        Map<String, String> signals,
        Instant createdAt,
        Instant updatedAt,
        String updatedBy,
        @Nullable String updatedApp) {

    static RuleBody of(SavedRule rule) {
        return new RuleBody(
                rule.fact().id().value(),
                rule.fact().version(),
                rule.fact().definition(),
                rule.fact().signals(),
                rule.createdAt(),
                rule.updatedAt(),
                rule.updatedBy(),
                rule.updatedApp());
    }
}
