package dev.driveline.registry.access;

import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import java.time.Instant;
import java.util.UUID;

/**
 * Topics that some vehicles may not use, or may use again. The gateways are told by VIN, or for a
 * whole tenant: a rule for a model or a fleet holds for the vehicles that are in it at any time.
 *
 * @param subject VIN, model or fleet; the tenant's own name for TENANT
 * @param reason for whoever reads it later
 */
public record TopicRule(
        UUID id,
        Scope scope,
        String subject,
        Action action,
        Effect effect,
        TopicFilter filter,
        String reason,
        Instant createdAt) {

    /** Which vehicles. */
    public enum Scope {
        VIN,
        MODEL,
        FLEET,
        TENANT
    }
}
