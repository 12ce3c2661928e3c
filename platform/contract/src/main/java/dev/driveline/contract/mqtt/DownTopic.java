package dev.driveline.contract.mqtt;

import dev.driveline.contract.id.Vin;
import org.jspecify.annotations.Nullable;

/** What a vehicle subscribes to, {@code v1/{vin}/down/{name}}. */
public enum DownTopic {
    COMMANDS("commands"),
    CONFIG("config");

    private static final DownTopic[] ALL = values();

    private final String leaf;

    DownTopic(String leaf) {
        this.leaf = leaf;
    }

    /** The last level of the topic name. */
    public String leaf() {
        return leaf;
    }

    public String of(Vin vin) {
        return prefix(vin) + leaf;
    }

    /** {@code v1/{vin}/down/}: every topic that a vehicle hears stands under it. */
    public static String prefix(Vin vin) {
        return "v1/" + vin.value() + "/down/";
    }

    /**
     * @param leaf what stands behind {@link #prefix}
     * @return null where there is no such topic
     */
    public static @Nullable DownTopic byLeaf(String leaf) {
        for (DownTopic topic : ALL) {
            if (topic.leaf.equals(leaf)) {
                return topic;
            }
        }
        return null;
    }
}
