package dev.driveline.gateway.access;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.VehicleIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * ACL exceptions by vehicle and by tenant; nothing is held for a vehicle without one. One thread
 * applies, any reads.
 */
final class TopicTable {

    private final Map<Vin, List<TopicException>> byVin = new ConcurrentHashMap<>();
    private final Map<TenantId, List<TopicException>> byTenant = new ConcurrentHashMap<>();

    void apply(TopicException rule) {
        Vin vin = rule.vin();
        TenantId tenant = rule.tenant();
        if (vin != null) {
            byVin.compute(vin, (key, rules) -> with(rules == null ? List.of() : rules, rule));
            byVin.remove(vin, List.of());
        } else if (tenant != null) {
            byTenant.compute(tenant, (key, rules) -> with(rules == null ? List.of() : rules, rule));
            byTenant.remove(tenant, List.of());
        }
    }

    TopicAcl aclFor(VehicleIdentity identity) {
        return TopicAcl.with(
                identity.vin(),
                identity.tenant(),
                byVin.getOrDefault(identity.vin(), List.of()),
                byTenant.getOrDefault(identity.tenant(), List.of()));
    }

    int size() {
        return sizeOf(byVin) + sizeOf(byTenant);
    }

    private static <K> int sizeOf(Map<K, List<TopicException>> rules) {
        int size = 0;
        for (List<TopicException> each : rules.values()) {
            size += each.size();
        }
        return size;
    }

    private static List<TopicException> with(List<TopicException> rules, TopicException rule) {
        List<TopicException> changed = new ArrayList<>(rules);
        changed.removeIf(each -> each.key().equals(rule.key()));
        if (rule.state() == AccessRule.State.IN_FORCE) {
            changed.add(rule);
        }
        return List.copyOf(changed);
    }
}
