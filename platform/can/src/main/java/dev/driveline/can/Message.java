package dev.driveline.can;

import java.util.List;
import java.util.Optional;

/**
 * One message of a database: an identifier and the signals of its payload. Immutable.
 *
 * @param name the long name where the database has one
 * @param length the declared payload, in bytes, 0 to {@value #MAX_BYTES}; a frame may be shorter
 * @param signals in the order of the file; one name occurs twice only in different branches of a
 *     multiplexor
 * @param cycleTimeMs how often it is sent, 0 where not stated
 * @param comment as written, possibly empty
 */
public record Message(
        String name,
        FrameId id,
        FrameFormat format,
        int length,
        List<Signal> signals,
        int cycleTimeMs,
        String comment) {
    /** What ISO-TP can carry at most in its first edition; J1939's transport carries 1,785. */
    public static final int MAX_BYTES = 4_095;

    public Message {
        signals = List.copyOf(signals);
        if (length < 0 || length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "message " + name + " has " + length + " bytes, not 0.." + MAX_BYTES);
        }
    }

    /** The first signal of that name. */
    public Optional<Signal> signal(String signalName) {
        return signals.stream().filter(signal -> signal.name().equals(signalName)).findFirst();
    }
}
