package dev.driveline.telemetry.rule;

import dev.driveline.contract.id.TenantId;
import java.util.Map;

/**
 * A record of {@code telemetry.rules}, key {@code tenant/id}: a rule as it is to be applied.
 *
 * @param version rises with every change of any rule; readers ignore a lower one than they have
 * @param deleted whether it is gone: a record says so, since one that is missing may only be late
 * @param definition the last one, for what is still to be told of a deleted rule
 * @param signals the full names of the signals by the names that the definition uses, found when it
 *     was saved
 */
public record RuleFact(
        TenantId tenant,
        RuleId id,
        long version,
        boolean deleted,
        RuleDefinition definition,
        Map<String, String> signals) {

    /** Whether it is to be applied. */
    public boolean applies() {
        return !deleted && definition.isEnabled();
    }

    /** Key of the record. */
    public String key() {
        return key(tenant, id);
    }

    public static String key(TenantId tenant, RuleId id) {
        return tenant + "/" + id;
    }
}
