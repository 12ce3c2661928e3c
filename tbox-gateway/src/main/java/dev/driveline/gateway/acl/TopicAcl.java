package dev.driveline.gateway.acl;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.AccessRule.TopicException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A vehicle publishes to its own {@code up/#} and subscribes to its own {@code down/#}, nothing
 * else; exceptions may take topics of these away.
 *
 * <p>Asked with resolved topic names only, never with an alias. Immutable.
 */
public final class TopicAcl {

    private static final Set<DownTopic> ALL_DOWN = Set.of(DownTopic.values());

    private final String up;
    private final String down;

    private final TopicExceptions exceptions;

    /** Without exceptions. */
    public TopicAcl(Vin vin) {
        this(vin, TopicExceptions.NONE);
    }

    private TopicAcl(Vin vin, TopicExceptions exceptions) {
        this.up = UpTopic.prefix(vin);
        this.down = DownTopic.prefix(vin);
        this.exceptions = exceptions;
    }

    /**
     * With the exceptions that hold now.
     *
     * @param ofVin those of the vehicle itself
     * @param ofTenant those of its tenant
     */
    public static TopicAcl with(
            Vin vin,
            TenantId tenant,
            Collection<TopicException> ofVin,
            Collection<TopicException> ofTenant) {
        return new TopicAcl(vin, TopicExceptions.of(vin, tenant, ofVin, ofTenant));
    }

    /** What a publish to a topic name is. */
    public sealed interface Publish {
        record Allowed(UpTopic topic) implements Publish {}

        /** Below the vehicle's own {@code up/}, but there is no such topic, or not for it. */
        record UnknownOwn() implements Publish {}

        /** Another vehicle's, or no topic of ours at all. */
        record Foreign() implements Publish {}
    }

    private static final Publish UNKNOWN_OWN = new Publish.UnknownOwn();
    private static final Publish FOREIGN = new Publish.Foreign();
    private static final Map<UpTopic, Publish> ALLOWED = new EnumMap<>(UpTopic.class);

    static {
        for (UpTopic topic : UpTopic.values()) {
            ALLOWED.put(topic, new Publish.Allowed(topic));
        }
    }

    public Publish publish(String topicName) {
        if (!topicName.startsWith(up)) {
            return FOREIGN;
        }
        UpTopic topic = UpTopic.byLeaf(topicName.substring(up.length()));
        return topic == null || exceptions.deniedUp().contains(topic)
                ? UNKNOWN_OWN
                : ALLOWED.getOrDefault(topic, UNKNOWN_OWN);
    }

    /**
     * The topics that a subscription covers.
     *
     * @return empty if the filter is refused
     */
    public Set<DownTopic> subscribe(String filter) {
        if (!filter.startsWith(down)) {
            return Set.of();
        }
        String rest = filter.substring(down.length());
        if (rest.equals("#") || rest.equals("+")) {
            return allowed(ALL_DOWN);
        }
        DownTopic topic = DownTopic.byLeaf(rest);
        return topic == null ? Set.of() : allowed(EnumSet.of(topic));
    }

    private Set<DownTopic> allowed(Set<DownTopic> covered) {
        if (exceptions.deniedDown().isEmpty()) {
            return covered;
        }
        Set<DownTopic> left = EnumSet.copyOf(covered);
        left.removeAll(exceptions.deniedDown());
        return left;
    }
}
