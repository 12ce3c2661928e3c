package dev.driveline.can;

/** The bits that go with a frame. */
public final class FrameFlags {
    /** The identifier has 29 bits. */
    public static final int EXTENDED = 1;

    /** A CAN FD frame, up to 64 bytes. */
    public static final int FD = 1 << 1;

    /** CAN FD with the faster data phase. */
    public static final int BIT_RATE_SWITCH = 1 << 2;

    /** An error frame of the controller: its payload is no message. */
    public static final int ERROR = 1 << 3;

    /** A remote request: it has no payload. */
    public static final int REMOTE = 1 << 4;

    /** Sent by the recorder itself. */
    public static final int TRANSMIT = 1 << 5;

    private FrameFlags() {}
}
