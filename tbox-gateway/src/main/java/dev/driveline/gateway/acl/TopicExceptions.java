package dev.driveline.gateway.acl;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/**
 * The exceptions that concern one vehicle, resolved to topics once, so that nothing is matched when
 * it publishes: VIN beats tenant beats template, and for one scope DENY beats ALLOW.
 *
 * @param deniedUp of the topics that the template gives
 * @param deniedDown the same
 */
record TopicExceptions(Set<UpTopic> deniedUp, Set<DownTopic> deniedDown) {

    static final TopicExceptions NONE = new TopicExceptions(Set.of(), Set.of());

    static TopicExceptions of(
            Vin vin,
            TenantId tenant,
            Collection<TopicException> ofVin,
            Collection<TopicException> ofTenant) {
        if (ofVin.isEmpty() && ofTenant.isEmpty()) {
            return NONE;
        }
        Set<UpTopic> up = EnumSet.noneOf(UpTopic.class);
        for (UpTopic topic : UpTopic.values()) {
            if (denied(Action.PUBLISH, topic.of(vin), vin, tenant, ofVin, ofTenant)) {
                up.add(topic);
            }
        }
        Set<DownTopic> down = EnumSet.noneOf(DownTopic.class);
        for (DownTopic topic : DownTopic.values()) {
            if (denied(Action.SUBSCRIBE, topic.of(vin), vin, tenant, ofVin, ofTenant)) {
                down.add(topic);
            }
        }
        return new TopicExceptions(up, down);
    }

    private static boolean denied(
            Action action,
            String topic,
            Vin vin,
            TenantId tenant,
            Collection<TopicException> ofVin,
            Collection<TopicException> ofTenant) {
        if (says(Effect.DENY, action, topic, vin, tenant, ofVin)) {
            return true;
        }
        if (says(Effect.ALLOW, action, topic, vin, tenant, ofVin)) {
            return false;
        }
        return says(Effect.DENY, action, topic, vin, tenant, ofTenant);
    }

    private static boolean says(
            Effect effect,
            Action action,
            String topic,
            Vin vin,
            TenantId tenant,
            Collection<TopicException> rules) {
        for (TopicException rule : rules) {
            if (rule.effect() == effect
                    && rule.action() == action
                    && rule.filter().covers(topic, vin, tenant)) {
                return true;
            }
        }
        return false;
    }
}
