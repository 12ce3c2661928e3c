package dev.driveline.telemetry.rule;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of tenants; each change is told to all who apply them. Thread-safe; blocks. */
public interface Rules {

    /** The most that a tenant can have. */
    int MAX_OF_A_TENANT = 200;

    /** By id in code point order, behind {@code after}. */
    List<SavedRule> list(TenantId tenant, String after, int limit);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException RULE_UNKNOWN
     */
    SavedRule get(TenantId tenant, RuleId id);

    /**
     * Adds a rule.
     *
     * @throws dev.driveline.contract.error.InvalidValueException ALREADY_EXISTS, or CONFLICT where
     *     the tenant has {@value #MAX_OF_A_TENANT}
     */
    SavedRule add(Caller caller, RuleId id, RuleDefinition definition, Map<String, String> signals);

    /**
     * Changes a rule.
     *
     * @param etag that was seen; null for whatever there is
     * @throws dev.driveline.runtime.rest.ProblemException PRECONDITION_FAILED
     * @throws dev.driveline.contract.error.InvalidValueException RULE_UNKNOWN
     */
    SavedRule change(
            Caller caller,
            RuleId id,
            @Nullable String etag,
            RuleDefinition definition,
            Map<String, String> signals);

    /** Removes a rule; errors as {@link #change}. */
    void remove(Caller caller, RuleId id, @Nullable String etag);
}
