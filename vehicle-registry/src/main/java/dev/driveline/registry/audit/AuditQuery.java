package dev.driveline.registry.audit;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a tenant; null members ask for nothing.
 *
 * @param vins only of these vehicles, and those in the fleets; null for all
 * @param to exclusive
 * @param after the id after which the page begins; 0 for the first
 */
public record AuditQuery(
        TenantId tenant,
        @Nullable Set<String> vins,
        Set<String> fleets,
        @Nullable String actor,
        @Nullable String kind,
        @Nullable Instant from,
        @Nullable Instant to,
        long after,
        int limit) {}
