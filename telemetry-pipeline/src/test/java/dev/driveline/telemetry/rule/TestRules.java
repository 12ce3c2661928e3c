package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.id.TenantId;
import java.util.HashMap;
import java.util.Map;

/** Rules that a test writes itself; a signal {@code X} is {@code bus.X.X}. */
public final class TestRules {

    private TestRules() {}

    public static RuleDefinition when(String condition, long holdMs) {
        return of(condition, null, holdMs, 0, 0, 0);
    }

    static RuleDefinition of(
            String when,
            String clearWhen,
            long holdMs,
            long clearHoldMs,
            long coolDownMs,
            long silenceMs) {
        return new RuleDefinition(
                "a rule",
                null,
                Severity.WARNING,
                when,
                null,
                null,
                null,
                clearWhen,
                holdMs,
                clearHoldMs,
                coolDownMs,
                silenceMs == 0 ? null : silenceMs,
                null);
    }

    static RuleDefinition of(RuleDefinition.Missing missing, RuleDefinition.Fence fence) {
        return new RuleDefinition(
                "a rule",
                null,
                Severity.CRITICAL,
                null,
                missing,
                fence,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    public static RuleDefinition dtc(String code, String ecu) {
        return dtc(code, ecu, null);
    }

    static RuleDefinition dtc(String code, String ecu, Long holdMs) {
        return new RuleDefinition(
                "a rule",
                null,
                Severity.WARNING,
                null,
                null,
                null,
                new RuleDefinition.Dtc(code, ecu),
                null,
                holdMs,
                null,
                null,
                null,
                null);
    }

    static CompiledRule compiled(RuleDefinition definition) {
        Map<String, String> signals = new HashMap<>();
        CompiledRule.namesIn(definition)
                .forEach(name -> signals.put(name, "bus." + name + "." + name));
        return CompiledRule.of(fact(1, definition, signals));
    }

    public static RuleFact fact(
            long version, RuleDefinition definition, Map<String, String> signals) {
        return new RuleFact(
                TenantId.of("acme"), new RuleId("a-rule"), version, false, definition, signals);
    }
}
