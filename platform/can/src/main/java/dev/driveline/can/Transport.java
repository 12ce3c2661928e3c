package dev.driveline.can;

/**
 * What carries the messages of a bus that do not fit in one frame, besides J1939's own transport
 * protocol, which every bus matched by {@link Matching#J1939} has. Source: ISO 15765-2:2016.
 */
public enum Transport {
    /** Every message is one frame. */
    NONE,
    /** ISO-TP; the database counts bits from the payload's first byte. */
    ISO_TP,
    /**
     * ISO-TP; the database counts bits from one byte before the payload, which stands for the
     * length, as tools do that decode what a single frame holds.
     */
    ISO_TP_LENGTH_BYTE;

    /** What the database counts and the payload has not. */
    int skippedBits() {
        return switch (this) {
            case NONE, ISO_TP -> 0;
            case ISO_TP_LENGTH_BYTE -> Byte.SIZE;
        };
    }
}
