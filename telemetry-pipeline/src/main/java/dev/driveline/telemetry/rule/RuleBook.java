package dev.driveline.telemetry.rule;

import dev.driveline.contract.id.TenantId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Every rule of the installation, those in use compiled. Thread-safe. */
public final class RuleBook {

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentMap<TenantId, Map<RuleId, CompiledRule>> inUse =
            new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    /**
     * @param compiled null where it is deleted, disabled, or cannot be used
     */
    public record Entry(RuleFact fact, @Nullable CompiledRule compiled) {}

    /**
     * Takes a rule in, unless a newer version is known.
     *
     * @throws IllegalArgumentException if this version of the service cannot use it; it counts as
     *     disabled then
     */
    public synchronized void put(RuleFact fact) {
        Entry known = entries.get(fact.key());
        if (known != null && known.fact().version() > fact.version()) {
            return;
        }
        // A reader must never see an enabled rule as one that is not in use: compile first.
        CompiledRule compiled = null;
        try {
            compiled = fact.applies() ? CompiledRule.of(fact) : null;
        } finally {
            entries.put(fact.key(), new Entry(fact, compiled));
            Map<RuleId, CompiledRule> rules =
                    inUse.computeIfAbsent(fact.tenant(), _ -> new ConcurrentHashMap<>());
            if (compiled == null) {
                rules.remove(fact.id());
            } else {
                rules.put(fact.id(), compiled);
            }
            changes.incrementAndGet();
        }
    }

    /** Null where it was never heard of. */
    public @Nullable Entry find(String key) {
        return entries.get(key);
    }

    /** The rules in use of a tenant. */
    public Collection<CompiledRule> of(TenantId tenant) {
        Map<RuleId, CompiledRule> rules = inUse.get(tenant);
        return rules == null ? List.of() : rules.values();
    }

    /** The rules in use that clear an alert after a silence. */
    public List<CompiledRule> bearingNoSilence() {
        return inUse.values().stream()
                .flatMap(rules -> rules.values().stream())
                .filter(rule -> rule.timing().silenceUs() > 0)
                .toList();
    }

    /** How many are in use. */
    public int inUse() {
        return inUse.values().stream().mapToInt(Map::size).sum();
    }

    /** Whatever rises with each change. */
    public long changes() {
        return changes.get();
    }
}
