package dev.driveline.contract.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import org.jspecify.annotations.Nullable;

/**
 * What a vehicle publishes to, {@code v1/{vin}/up/{name}}, and the Kafka topic it is bridged to.
 */
public enum UpTopic {
    CAN("can", Topic.TELEMETRY_CAN),
    SIGNALS("signals", Topic.TELEMETRY_SIGNALS_RAW),
    EVENTS("events", Topic.VEHICLE_EVENTS),
    RESPONSES("responses", Topic.VEHICLE_REPLIES),
    CONFIG("config", Topic.VEHICLE_REPLIES);

    private static final UpTopic[] ALL = values();

    private final String leaf;
    private final Topic target;

    UpTopic(String leaf, Topic target) {
        this.leaf = leaf;
        this.target = target;
    }

    /** The last level of the topic name. */
    public String leaf() {
        return leaf;
    }

    /** Where the gateway writes what arrives here. */
    public Topic target() {
        return target;
    }

    public String of(Vin vin) {
        return prefix(vin) + leaf;
    }

    /** {@code v1/{vin}/up/}: everything that a vehicle may publish to stands under it. */
    public static String prefix(Vin vin) {
        return "v1/" + vin.value() + "/up/";
    }

    /**
     * @param leaf what stands behind {@link #prefix}
     * @return null where there is no such topic
     */
    public static @Nullable UpTopic byLeaf(String leaf) {
        for (UpTopic topic : ALL) {
            if (topic.leaf.equals(leaf)) {
                return topic;
            }
        }
        return null;
    }
}
