package dev.driveline.contract.registry;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Whether a vehicle may use a topic, and what says so: a rule for its VIN beats one for its tenant,
 * that beats the template (its own {@code up/} to publish, its own {@code down/} to subscribe), and
 * for one scope DENY beats ALLOW.
 *
 * @param by the exception that decides; null where the template does
 */
public record TopicRuling(boolean allowed, @Nullable TopicException by) {

    /**
     * @param topic a topic name, aliases resolved
     * @param ofVin the exceptions of the vehicle itself
     * @param ofTenant those of its tenant
     */
    public static TopicRuling of(
            Action action,
            String topic,
            Vin vin,
            TenantId tenant,
            Collection<TopicException> ofVin,
            Collection<TopicException> ofTenant) {
        if (!isOwn(action, topic, vin)) {
            return new TopicRuling(false, null);
        }
        TopicException denied = find(Effect.DENY, action, topic, vin, tenant, ofVin);
        if (denied != null) {
            return new TopicRuling(false, denied);
        }
        TopicException allowed = find(Effect.ALLOW, action, topic, vin, tenant, ofVin);
        if (allowed != null) {
            return new TopicRuling(true, allowed);
        }
        TopicException deniedToAll = find(Effect.DENY, action, topic, vin, tenant, ofTenant);
        return new TopicRuling(deniedToAll == null, deniedToAll);
    }

    /** Whether the template gives it. */
    private static boolean isOwn(Action action, String topic, Vin vin) {
        return switch (action) {
            case PUBLISH -> {
                String own = UpTopic.prefix(vin);
                yield topic.startsWith(own)
                        && UpTopic.byLeaf(topic.substring(own.length())) != null;
            }
            case SUBSCRIBE -> {
                String own = DownTopic.prefix(vin);
                yield topic.startsWith(own)
                        && DownTopic.byLeaf(topic.substring(own.length())) != null;
            }
        };
    }

    private static @Nullable TopicException find(
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
                return rule;
            }
        }
        return null;
    }
}
