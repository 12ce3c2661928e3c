package dev.driveline.gateway.link;

/** One publish of a vehicle on its way to Kafka; belongs to the link that made it. */
public final class Ticket {

    final int packetId;
    final int qos;
    final int bytes;
    boolean stored;

    Ticket(int packetId, int qos, int bytes) {
        this.packetId = packetId;
        this.qos = qos;
        this.bytes = bytes;
    }
}
