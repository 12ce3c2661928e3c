package dev.driveline.gateway.link;

/**
 * The limits of one link, stated to the makers of TBoxes.
 *
 * @param windowPackets QoS 1 and 2 publishes from the vehicle that may wait for Kafka
 * @param windowBytes their bytes
 * @param downPackets publishes to the vehicle that may wait for its PUBACK
 * @param topicAliases the highest topic alias
 * @param subscriptions filters at once
 * @param maxSessionExpiryS how long a session outlives its connection at most
 * @param minKeepAliveS a shorter keepalive is raised to it
 * @param maxKeepAliveS a longer one is lowered to it, and none stands for it
 * @param maxPacketBytes of a packet from the vehicle
 * @param topicBytes of a topic name or filter
 * @param rates what a vehicle may send
 */
public record Limits(
        int windowPackets,
        int windowBytes,
        int downPackets,
        int topicAliases,
        int subscriptions,
        long maxSessionExpiryS,
        int minKeepAliveS,
        int maxKeepAliveS,
        int maxPacketBytes,
        int topicBytes,
        Rates rates) {

    public static final Limits STATED =
            new Limits(
                    16,
                    128 * 1024,
                    16,
                    16,
                    16,
                    7 * 24 * 3_600,
                    30,
                    1_200,
                    80 * 1024,
                    200,
                    Rates.STATED);

    /** The same with other rates. */
    public Limits with(Rates newRates) {
        return new Limits(
                windowPackets,
                windowBytes,
                downPackets,
                topicAliases,
                subscriptions,
                maxSessionExpiryS,
                minKeepAliveS,
                maxKeepAliveS,
                maxPacketBytes,
                topicBytes,
                newRates);
    }

    /**
     * What a vehicle may send, averaged over a burst of {@code burstS} seconds. Its events,
     * responses and reports have a quota of their own, so that a flood of data does not silence
     * them. The stated rates are beyond what a cellular uplink carries, stored data included: who
     * keeps exceeding them is broken.
     */
    public record Rates(
            int dataMessagesPerS,
            int dataBytesPerS,
            int talkMessagesPerS,
            int talkBytesPerS,
            int burstS) {

        /** The same with another quota for data. */
        public Rates withData(int messagesPerS, int bytesPerS) {
            return new Rates(messagesPerS, bytesPerS, talkMessagesPerS, talkBytesPerS, burstS);
        }

        public static final Rates STATED = new Rates(500, 4 << 20, 100, 1 << 20, 10);

        public static final Rates UNLIMITED =
                new Rates(
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE,
                        10);
    }
}
