package dev.driveline.gateway.link;

/**
 * The limits of one link, stated to the makers of TBoxes.
 *
 * @param windowPackets QoS 1 and 2 publishes from the vehicle that may wait for Kafka
 * @param windowBytes their bytes
 * @param downPackets publishes to the vehicle that may wait for its PUBACK
 * @param topicAliases the highest topic alias
 * @param subscriptions filters at once
 */
public record Limits(
        int windowPackets, int windowBytes, int downPackets, int topicAliases, int subscriptions) {

    public static final Limits STATED = new Limits(16, 128 * 1024, 16, 16, 16);
}
