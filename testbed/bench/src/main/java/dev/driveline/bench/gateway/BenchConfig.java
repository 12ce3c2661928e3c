package dev.driveline.bench.gateway;

/**
 * The size of a measurement, the same for every server.
 *
 * @param connections measured at once; as many others warm the server up
 * @param seconds of the closed and of the open loop
 * @param rate messages a second of the open loop
 * @param window QoS 1 publishes of a vehicle that are on their way at most
 * @param payloadBytes of a message
 * @param protocol 4 for MQTT 3.1.1, 5
 */
record BenchConfig(
        int connections, int seconds, int rate, int window, int payloadBytes, int protocol) {}
