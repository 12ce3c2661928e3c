package dev.driveline.gateway.acl;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.TopicRuling;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/**
 * The exceptions that concern one vehicle, resolved to topics once, so that nothing is matched when
 * it publishes; {@link TopicRuling} says what beats what.
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
            if (!TopicRuling.of(Action.PUBLISH, topic.of(vin), vin, tenant, ofVin, ofTenant)
                    .allowed()) {
                up.add(topic);
            }
        }
        Set<DownTopic> down = EnumSet.noneOf(DownTopic.class);
        for (DownTopic topic : DownTopic.values()) {
            if (!TopicRuling.of(Action.SUBSCRIBE, topic.of(vin), vin, tenant, ofVin, ofTenant)
                    .allowed()) {
                down.add(topic);
            }
        }
        return new TopicExceptions(up, down);
    }
}
