package dev.driveline.can;

/** Takes what {@link Reassembly} made of frames. Called on the thread that feeds it. */
public interface MessageSink {
    /**
     * A whole message.
     *
     * @param bus the index of the bus
     * @param id of ISO-TP the frames' identifier; of J1939 the one that the message would have as a
     *     frame: priority, parameter group, destination (PDU1) and source
     * @param flags of {@link FrameFlags}
     * @param startUs when its first frame came, microseconds since the epoch
     * @param buffer holds the payload, without length bytes, during the call only
     */
    void onMessage(int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length);

    /** A message that is lost, by its identifier, or a frame of none, by the frame's. */
    void onLoss(int bus, int id, TransportFault fault);
}
