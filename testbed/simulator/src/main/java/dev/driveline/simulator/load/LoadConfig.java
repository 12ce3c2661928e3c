package dev.driveline.simulator.load;

import java.nio.file.Path;

/**
 * What holds for the whole life of a generator.
 *
 * @param first number of its first vehicle
 * @param vehicles how many it has
 * @param loops event loops
 * @param protocol {@link Packets#MQTT_3_1_1} or {@link Packets#MQTT_5}
 * @param window QoS 1 publishes that a vehicle has in flight at most
 * @param payloadBytes of one batch
 * @param remember whether the numbers of acknowledged batches are kept
 */
record LoadConfig(
        Path fleet,
        int first,
        int vehicles,
        int loops,
        String host,
        int protocol,
        int keepAliveS,
        int window,
        int payloadBytes,
        boolean remember) {}
