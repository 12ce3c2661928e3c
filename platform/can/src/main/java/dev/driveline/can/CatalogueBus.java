package dev.driveline.can;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One bus of a model and the database that describes it.
 *
 * @param name 1 to 32 letters, digits, {@code _} and {@code -}: no dot, which separates it from the
 *     message
 */
public record CatalogueBus(String name, Matching matching, Transport transport, Dbc dbc) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}");

    private static final int MAX_CLASSIC_BYTES = 8;
    static final int MAX_FD_BYTES = 64;
    private static final int FIXED_TO_ONE = 218;
    private static final int FIXED_TO_ALL = 219;

    /** Throws IllegalArgumentException where the name is none. */
    public CatalogueBus {
        requireName(name);
    }

    /** Without ISO-TP. */
    public CatalogueBus(String name, Matching matching, Dbc dbc) {
        this(name, matching, Transport.NONE, dbc);
    }

    /** What is doubtful about the database on a bus like this; no place in the file. */
    public List<Diagnostic> notes() {
        return BusPlan.diagnose(this);
    }

    /**
     * Whether ISO-TP carries the message: with exact matching what is longer than a frame of its
     * format, under J1939 what has a parameter group of normal fixed addressing. Source: ISO
     * 15765-2:2016 §10.3.3.
     */
    boolean isIsoTp(Message message) {
        if (transport == Transport.NONE) {
            return false;
        }
        if (matching == Matching.J1939 && message.id().extended()) {
            int format = Pgn.numberOf(message.id().value()) >>> 8;
            return format == FIXED_TO_ONE || format == FIXED_TO_ALL;
        }
        int frame =
                switch (message.format()) {
                    case STANDARD, EXTENDED, J1939 -> MAX_CLASSIC_BYTES;
                    case STANDARD_FD, EXTENDED_FD -> MAX_FD_BYTES;
                };
        int described =
                message.signals().stream()
                        .mapToInt(signal -> signal.bytesNeeded() - transport.skippedBits() / 8)
                        .max()
                        .orElse(0);
        return Math.max(message.length(), described) > frame;
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "bus name '%s' does not match %s".formatted(name, NAME));
        }
    }
}
