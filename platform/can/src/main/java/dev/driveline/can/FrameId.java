package dev.driveline.can;

import java.util.Locale;

/**
 * A CAN identifier: 11 bits, or 29 bits where extended. The same number in both forms is two
 * identifiers.
 *
 * @param value 0 to 0x7FF, or to 0x1FFFFFFF where extended
 */
public record FrameId(int value, boolean extended) {
    public static final int MAX_STANDARD = 0x7FF;
    public static final int MAX_EXTENDED = 0x1FFF_FFFF;

    /** Throws IllegalArgumentException where the value has more bits than its form. */
    public FrameId {
        int max = extended ? MAX_EXTENDED : MAX_STANDARD;
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(
                    "CAN id 0x%X is outside 0..0x%X".formatted(value, max));
        }
    }

    public static FrameId standard(int value) {
        return new FrameId(value, false);
    }

    public static FrameId extended(int value) {
        return new FrameId(value, true);
    }

    /** As candump writes it: three hexadecimal digits, or eight where extended. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, extended ? "%08X" : "%03X", value);
    }
}
