package dev.driveline.registry.audit;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a tenant; null members ask for nothing.
 *
 * @param vins only of these vehicles; null for all
 * @param to exclusive
 * @param after the id after which the page begins; 0 for the first
 */
public record AuditQuery(
        TenantId tenant,
        java.util.@Nullable Set<String> vins,
        @Nullable String actor,
        @Nullable String kind,
        @Nullable Instant from,
        @Nullable Instant to,
        long after,
        int limit) {}
