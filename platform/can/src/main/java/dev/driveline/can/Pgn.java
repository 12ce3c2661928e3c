package dev.driveline.can;

import java.util.Locale;

/**
 * A J1939 parameter group number: 18 bits (EDP, DP, PF, PS), PS being 0 in PDU1, where it is the
 * destination. Source: SAE J1939-21 §5.1.2.
 */
public record Pgn(int number) {
    private static final int FIRST_PDU2_FORMAT = 240;

    /** The group of an extended identifier. */
    public static Pgn of(FrameId id) {
        return new Pgn(numberOf(id.value()));
    }

    /** The same as {@link #of} for a bare 29-bit identifier, without an object. */
    static int numberOf(int id) {
        return withoutDestination((id >>> 8) & 0x3FFFF);
    }

    /** PDU1: the group's last byte is no part of it, but the destination. */
    static boolean isAddressed(int group) {
        return ((group >>> 8) & 0xFF) < FIRST_PDU2_FORMAT;
    }

    static int withoutDestination(int group) {
        return isAddressed(group) ? group & 0x3FF00 : group;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%05X", number);
    }
}
