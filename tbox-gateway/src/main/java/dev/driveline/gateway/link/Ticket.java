package dev.driveline.gateway.link;

import org.jspecify.annotations.Nullable;

/** One publish of a vehicle on its way to Kafka; belongs to the link that made it. */
public final class Ticket {

    final int packetId;
    final int qos;
    final int bytes;

    /** What the acknowledgement will say; 0 for success. */
    final int code;

    final @Nullable String why;
    boolean acknowledgeable;

    Ticket(int packetId, int qos, int bytes, int code, @Nullable String why) {
        this.packetId = packetId;
        this.qos = qos;
        this.bytes = bytes;
        this.code = code;
        this.why = why;
    }

    boolean refuses() {
        return code >= 0x80;
    }
}
