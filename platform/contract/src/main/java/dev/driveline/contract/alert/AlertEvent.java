package dev.driveline.contract.alert;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code telemetry.alerts}, key VIN: an alert was raised, updated or cleared.
 *
 * @param v version of this shape, 1
 * @param alert the same in all records of an alert
 * @param rule within the tenant
 * @param ruleVersion of the rule that raised it
 * @param at vehicle time of this step
 * @param raisedAt vehicle time at which it was raised
 * @param values of the rule's signals at that time, physical, by full name; those without a value
 *     are absent. Of a rule about trouble codes, those that are ACTIVE ({@code ecu/code}), each 1
 * @param reason why it is cleared; null for the other steps
 */
public record AlertEvent(
        int v,
        UUID alert,
        TenantId tenant,
        Vin vin,
        String rule,
        long ruleVersion,
        String name,
        Severity severity,
        AlertStep step,
        Instant at,
        Instant raisedAt,
        Map<String, Double> values,
        @Nullable ClearReason reason) {}
