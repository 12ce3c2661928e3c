package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An alert as it is kept; times of the vehicle, but for the acknowledgement's.
 *
 * @param clearedAt null while it lasts
 * @param values when it was last told of with any
 */
public record Alert(
        UUID id,
        Vin vin,
        String rule,
        long ruleVersion,
        String name,
        Severity severity,
        State state,
        Instant raisedAt,
        Instant updatedAt,
        @Nullable Instant clearedAt,
        @Nullable ClearReason clearReason,
        Map<String, Double> values,
        @Nullable Acknowledgement acknowledgement) {

    public enum State {
        FIRING,
        CLEARED
    }

    /**
     * That a person has seen it.
     *
     * @param app that acted for the person; null for none
     */
    public record Acknowledgement(
            Instant at, String by, @Nullable String app, @Nullable String comment) {}
}
